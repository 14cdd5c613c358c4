import type { Group, Instant } from '../domain/principal.ts';
import { AssertionRefused } from './assertion-refused.ts';
import { MAX_SUBJECT_LENGTH } from './handle.ts';
import type { ParkedSignIn, SamlProvider } from './ports.ts';
import { MAX_GROUPS, MAX_GROUP_LENGTH, MAX_NAME_LENGTH, emailOf, textOf } from './principal-of.ts';
import type { VerifiedSaml } from './saml/verify-response.ts';

/** A transient NameID is another one at every sign-in (SAML 2.0 core, 8.3.8): nobody could be found again by it. */
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

const PASSWORD: ReadonlySet<string> = new Set([
  'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
]);

/**
 * What a verified assertion says of the person, just now. Group names count only with their provider's id in front.
 *
 * @throws AssertionRefused `subject` for one that will not be the same next time; `groups` for groups that are not as they should be: to
 *   cut them short would decide wrongly in silence
 */
export const samlPrincipalOf = (
  saml: VerifiedSaml,
  provider: SamlProvider,
  now: Instant,
): ParkedSignIn['principal'] => {
  const subject = textOf(saml.nameId, MAX_SUBJECT_LENGTH);
  if (subject === undefined || saml.nameIdFormat === TRANSIENT) throw new AssertionRefused('subject');
  const displayName = textOf(onlyValue(saml, provider.nameAttribute), MAX_NAME_LENGTH);
  const email = emailOf(onlyValue(saml, provider.emailAttribute));
  return {
    issuer: saml.issuer,
    subject,
    kind: 'person',
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email }),
    groups: groupsOf(saml, provider),
    groupsAt: now,
    authenticatedAt: saml.authnInstant,
    methods: methodsOf(saml.authnContext, provider),
  };
};

const onlyValue = ({ attributes }: VerifiedSaml, name: string | undefined): string | undefined => {
  const [value, ...others] = name === undefined ? [] : (attributes.get(name) ?? []);
  return others.length === 0 ? value : undefined;
};

const groupsOf = ({ attributes, nameId: subject }: VerifiedSaml, { id, groupsAttribute }: SamlProvider): Group[] => {
  const groups = attributes.get(groupsAttribute) ?? [];
  if (groups.length > MAX_GROUPS) throw new AssertionRefused('groups', { subject });
  return [...new Set(groups)].map((group) => {
    if (textOf(group, MAX_GROUP_LENGTH) === undefined) throw new AssertionRefused('groups', { subject });
    return `${id}:${group}`;
  });
};

/** In the words of RFC 8176, as OpenID providers say it. A context that is not known proves no method. */
const methodsOf = (context: string | undefined, { mfaContexts }: SamlProvider): string[] => {
  if (context === undefined) return [];
  if (mfaContexts.includes(context)) return ['mfa'];
  return PASSWORD.has(context) ? ['pwd'] : [];
};
