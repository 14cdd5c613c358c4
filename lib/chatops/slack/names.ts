/** What our own messages and forms call their parts; what comes back is read by the same names. */

/** `action_id` of a button. */
export const BUTTONS = { approve: 'approve', deny: 'deny', revoke: 'revoke', open: 'open', form: 'form' } as const;

/** Inputs: `block_id` and `action_id` alike. */
export const INPUTS = {
  /** On a request's message: why not. */
  reason: 'reason',
  entitlement: 'entitlement',
  justification: 'justification',
  /** Its option's `value` are whole seconds. */
  duration: 'duration',
  ticket: 'ticket',
} as const;

/** `callback_id` of the form to ask by. */
export const ASK_FORM = 'ask';

/** The slash command. */
export const COMMAND = '/hatcheck';
