/** What our own cards call their parts; what comes back is read by the same names. */

/** `verb` of a button. */
export const VERBS = { approve: 'approve', deny: 'deny', revoke: 'revoke', form: 'form', ask: 'ask' } as const;

/** `id` of an input, and what the button's own data is called. */
export const INPUTS = {
  /** On a request's card: why not. */
  reason: 'reason',
  entitlement: 'entitlement',
  justification: 'justification',
  /** Whole seconds. */
  duration: 'duration',
  ticket: 'ticket',
  /** Not typed: `requestValue`, in the data of the button itself. */
  value: 'value',
} as const;
