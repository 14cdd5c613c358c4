import type { ChatAct } from './act.ts';

/** Why what a platform sent, with a good signature or token, counts for nothing. */
export type PayloadFault = 'malformed' | 'other_app' | 'other_workspace' | 'not_a_member' | 'foreign_reply_address';

/** `nothing`: it needs an answer and no act, such as a button that is a link. */
export type Read = { readonly act: Omit<ChatAct, 'at'> } | { readonly fault: PayloadFault } | 'nothing';
