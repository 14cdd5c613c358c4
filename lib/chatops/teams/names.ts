/** What our own cards call their parts besides their fields, whose `INPUTS` are their `id`. */

/** `verb` of a button. */
export const VERBS = { approve: 'approve', deny: 'deny', revoke: 'revoke', form: 'form', ask: 'ask' } as const;

/** What a button of a request has its `requestValue` under, in its own data: beside what was typed, and named like none of it. */
export const VALUE = 'value';
