/** Which line of what an account has made it is about. */
export type Line =
  /** The role itself. */
  | 'role'
  | 'principal'
  | 'external_id'
  | 'organization'
  | 'action'
  | 'tag_session'
  | 'set_source_identity'
  | 'request_tag'
  | 'source_identity'
  | 'audience'
  | 'subject'
  | 'issuer'
  | 'condition'
  | 'denied'
  | 'duration'
  | 'boundary'
  /** By which the boundaries of other roles know that it is lent. */
  | 'lent_tag'
  /** The account's role that ends sessions. */
  | 'revoker'
  /** What the account knows us by where we sign. */
  | 'provider'
  /** A service control policy. */
  | 'organization_policy'
  /** Nothing of it was asked. */
  | 'account'
  /** The trust policy lets us in, and the role's own permissions lack what is to be done. */
  | 'permissions'
  /** What the entitlement takes away itself. */
  | 'session_policy';

/** `fault`: an issue would fail, or let in somebody else. `warning`: it works, and less than it should is asked for, or seen. */
export interface Finding {
  readonly level: 'fault' | 'warning';
  readonly line: Line;
  readonly what: string;
  /** What to do, to the letter where that can be said. */
  readonly fix: string;
}

export const fault = (line: Line, what: string, fix: string): Finding => ({ level: 'fault', line, what, fix });
export const warning = (line: Line, what: string, fix: string): Finding => ({ level: 'warning', line, what, fix });
