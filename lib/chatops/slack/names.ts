/** What our own messages and forms call their parts besides their fields, whose `INPUTS` are `block_id` and `action_id` alike. */

/** `action_id` of a button. */
export const BUTTONS = { approve: 'approve', deny: 'deny', revoke: 'revoke', open: 'open', form: 'form' } as const;

/** `callback_id` of the form to ask by. */
export const ASK_FORM = 'ask';

/** The slash command. */
export const COMMAND = '/hatcheck';
