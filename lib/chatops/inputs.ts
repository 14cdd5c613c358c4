/** What the fields of our own messages and forms are called, on any platform; what comes back is read by the same names. */
export const INPUTS = {
  /** On a request's message: why, or why not. */
  reason: 'reason',
  entitlement: 'entitlement',
  justification: 'justification',
  /** Whole seconds. */
  duration: 'duration',
  ticket: 'ticket',
} as const;
