import { isBefore, plusSeconds } from '../domain/time.ts';
import { AssertionRefused } from './assertion-refused.ts';
import type { AwsCallerParts } from './aws-caller.ts';
import type { SamlProvider } from './ports.ts';
import { burnAssertion } from './saml-burn.ts';
import { type SamlDocuments, verifiedBy } from './saml-documents.ts';
import { spKey } from './saml-keys.ts';
import { spEntityId, tokenUrl } from './saml-metadata.ts';
import { samlPrincipalOf } from './saml-principal.ts';
import { type UnverifiedAssertion, readAssertion } from './saml/verify-assertion.ts';
import type { Vouched } from './sign-in.ts';
import { MAX_TOKEN_AGE_SECONDS, type SubjectToken } from './subject-token.ts';

export interface ExchangeParts extends AwsCallerParts {
  /** Our public origin; assertions must be for its token endpoint. */
  readonly origin: string;
  readonly resolveSecret: (reference: string) => Promise<string>;
  readonly samlDocuments: SamlDocuments;
}

/**
 * The bearer assertion of a provider of which access.yml says that its assertions are exchanged (RFC 7522, 3).
 *
 * @throws AssertionRefused `issuer`, and what reading one throws
 */
export const samlSubject = async (parts: ExchangeParts, base64url: string): Promise<SubjectToken> => {
  const exchanged = parts.providers.filter((provider) => provider.type === 'saml').filter((each) => each.tokenExchange);
  const assertion = await readAssertion(base64url, async () => {
    const references = new Set(exchanged.map(({ decryptionKey }) => decryptionKey));
    const keys = await Promise.all([...references].map((reference) => spKey(parts, reference)));
    return keys.flatMap((key) => (key ? [key.privateKey] : []));
  });
  const provider = exchanged.find(({ issuer }) => issuer === assertion.unverifiedIssuer);
  if (!provider) throw new AssertionRefused('issuer');
  return { provider, verify: () => vouchedBySaml(parts, provider, assertion) };
};

const vouchedBySaml = async (
  { origin, clock, replayGuard, samlDocuments }: ExchangeParts,
  provider: SamlProvider,
  assertion: UnverifiedAssertion,
): Promise<Vouched> => {
  const now = clock.now();
  const saml = await verifiedBy(samlDocuments, provider, (idp) =>
    assertion.verified({ idp, spEntityId: spEntityId(origin), recipient: tokenUrl(origin), now }),
  );
  // As of ID tokens: whoever holds an assertion for a day has it in a drawer.
  if (isBefore(saml.issuedAt, plusSeconds(now, -MAX_TOKEN_AGE_SECONDS)))
    throw new AssertionRefused('too_old', { subject: saml.nameId });
  const principal = samlPrincipalOf(saml, provider, now);
  await burnAssertion(replayGuard, saml);
  const { issuer, subject } = principal;
  return {
    ...{ issuer, subject, principal: (handle) => ({ ...principal, handle }) },
    ...(saml.sessionNotOnOrAfter !== undefined && { sessionEndsAt: saml.sessionNotOnOrAfter }),
  };
};
