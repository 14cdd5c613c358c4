import type { Group, Handle, Instant, Principal } from '../domain/principal.ts';
import { AssertionRefused } from './assertion-refused.ts';
import type { VerifiedIdToken } from './id-token.ts';
import type { OidcProvider } from './ports.ts';
import { memberOf } from './strict-json.ts';

export const MAX_GROUPS = 200;
export const MAX_GROUP_LENGTH = 256;
export const MAX_NAME_LENGTH = 256;

/** RFC 5321, 4.5.3.1.3. */
const MAX_EMAIL_LENGTH = 254;

/** RFC 8176 has short names; what is longer is none of ours. */
const MAX_METHODS = 16;
const MAX_METHOD_LENGTH = 64;

/**
 * When the provider does not say when the person proved who they are (`auth_time`), it may have been any time: the provider's own session
 * can be weeks old. Not the time of the token: a person could then seem freshly signed in by taking `max_age` out of the address bar.
 */
const AT_SOME_TIME: Instant = new Date(0).toISOString();

/** And what turns the direction of the text after it: a name stands among others' words. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/**
 * What a verified ID token says of the person. Group names count only with their provider's id in front.
 *
 * @throws AssertionRefused `groups` for a groups claim that is not what the configuration says: to take it for "none" or to cut it
 *   short would decide wrongly in silence
 */
export const principalOf = (token: VerifiedIdToken, provider: OidcProvider, handle: Handle): Principal => {
  const { issuer, subject, times, claims } = token;
  const displayName = textOf(memberOf(claims, 'name'), MAX_NAME_LENGTH);
  const email = memberOf(claims, 'email_verified') === true ? emailOf(memberOf(claims, 'email')) : undefined;
  return {
    handle,
    issuer,
    subject,
    kind: 'person',
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email }),
    groups: groupsOf(token, provider),
    groupsAt: times.issuedAt,
    authenticatedAt: times.authenticatedAt ?? AT_SOME_TIME,
    methods: methodsOf(memberOf(claims, 'amr')),
  };
};

const groupsOf = ({ claims, subject }: VerifiedIdToken, { id, groupsClaim }: OidcProvider): Group[] => {
  const groups = memberOf(claims, groupsClaim);
  if (groups === undefined) return [];
  if (!Array.isArray(groups) || groups.length > MAX_GROUPS) throw new AssertionRefused('groups', { subject });
  const names = groups.map((group: unknown) => textOf(group, MAX_GROUP_LENGTH));
  return [...new Set(names)].map((name) => {
    if (name === undefined) throw new AssertionRefused('groups', { subject });
    return `${id}:${name}`;
  });
};

/** An `amr` of another shape proves no method. */
const methodsOf = (amr: unknown): string[] => {
  if (!Array.isArray(amr) || amr.length > MAX_METHODS) return [];
  const methods = amr.map((method: unknown) => textOf(method, MAX_METHOD_LENGTH));
  return methods.every((method) => method !== undefined) ? methods : [];
};

export const emailOf = (value: unknown): string | undefined => {
  const email = textOf(value, MAX_EMAIL_LENGTH);
  return email !== undefined && /^[^\s@]+@[^\s@]+$/.test(email) ? email : undefined;
};

/** Not empty, well-formed (a lone surrogate would change on its way into a table), without control characters. */
export const textOf = (value: unknown, maxLength: number): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= maxLength && value.isWellFormed() && !CONTROL.test(value)
    ? value
    : undefined;
