/** `p_` and 43 base64url characters: an HMAC of (issuer, subject). Events name people by it, so that a person can be forgotten. */
export type Handle = string;

/** A group counts only from the provider that says so: `okta:engineering`. */
export type Group = string;

/** An instant, ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type Instant = string;

/** The authenticated party. Only a verified assertion or a live session makes one. */
export interface Principal {
  readonly handle: Handle;
  readonly issuer: string;
  readonly subject: string;
  readonly kind: 'person' | 'workload';
  readonly displayName?: string;
  /** Present only when the identity provider says that it verified it. */
  readonly email?: string;
  readonly groups: readonly Group[];
  /** When the provider was last asked for the groups. */
  readonly groupsAt: Instant;
  /** When the person proved who they are (OIDC `auth_time`), not when the token was made. */
  readonly authenticatedAt: Instant;
  /** Authentication methods (RFC 8176), such as `pwd`, `mfa`. */
  readonly methods: readonly string[];
  /** Signed in by device authorization (RFC 8628): the person said yes on another machine than the one that holds the session. */
  readonly byDevice?: true;
}

export const inAnyGroup = (principal: Principal, groups: readonly Group[]): boolean =>
  groups.some((group) => principal.groups.includes(group));

/** One person by their key at the provider that vouches for them; `provider` is what access.yml calls it. */
export interface PersonRef {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
}

/** People who may decide: members of groups, and persons by name. */
export interface Approvers {
  readonly groups: readonly Group[];
  readonly people?: readonly PersonRef[];
}

/** Whether this person is among them. Workloads never decide. */
export const mayAct = (principal: Principal, { groups, people = [] }: Approvers): boolean =>
  principal.kind === 'person' &&
  (inAnyGroup(principal, groups) ||
    people.some(({ issuer, subject }) => issuer === principal.issuer && subject === principal.subject));

/** Whoever is among any of these. */
export const together = (...some: readonly Approvers[]): Approvers => {
  const people = [
    ...new Map(some.flatMap(({ people: named = [] }) => named).map((one) => [personKey(one), one])).values(),
  ];
  return {
    groups: [...new Set(some.flatMap(({ groups }) => groups))],
    ...(people.length > 0 ? { people } : {}),
  };
};

/** Approvers as lists know them: each group as it is written, each person by their key. No group looks like a key. */
export const keysOfApprovers = ({ groups, people = [] }: Approvers): readonly string[] => [
  ...groups,
  ...people.map(personKey),
];

/** Under which of those a principal finds what waits for them. */
export const approverKeysOf = (principal: Principal): readonly string[] => [...principal.groups, personKey(principal)];

const personKey = ({ issuer, subject }: Pick<PersonRef, 'issuer' | 'subject'>): string =>
  JSON.stringify([issuer, subject]);
