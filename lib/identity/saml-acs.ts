import { isBefore, plusSeconds } from '../domain/time.ts';
import { AssertionRefused } from './assertion-refused.ts';
import { assertionIsRefused, notSignedIn } from './browser-refusals.ts';
import { SKEW_SECONDS } from './id-token-times.ts';
import { providerOfPerson } from './people-providers.ts';
import type { ParkedSignIn, SamlAttempt, SamlProvider } from './ports.ts';
import { burnAssertion } from './saml-burn.ts';
import { type UnverifiedResponse, type VerifiedSaml, idpInitiated, readResponse } from './saml/verify-response.ts';
import { verifiedBy } from './saml-documents.ts';
import { spKey } from './saml-keys.ts';
import type { SamlLoginParts } from './saml-login.ts';
import { acsUrl, spEntityId } from './saml-metadata.ts';
import { samlPrincipalOf } from './saml-principal.ts';
import { hashSecret, newSecret } from './sessions.ts';
import { recordingRefusals } from './sign-in.ts';

/** The browser follows the 303 at once. */
const PARKED_SECONDS = 60;

/** As we make them in AuthnRequests. Whatever looks otherwise is not asked for in the table. */
const REQUEST_ID = /^_[A-Za-z0-9_-]{27}$/;

/** What a response answers: what a browser of ours began, or nothing, where access.yml allows that. */
interface Expected {
  readonly provider: SamlProvider;
  readonly inResponseTo: string | typeof idpInitiated;
  readonly attempt?: SamlAttempt;
}

/**
 * Takes a SAML response (`SAMLResponse` of the form, base64). The post is cross-site and brings no cookie: nobody is signed in here.
 * What was verified waits a minute for the browser that began. A RelayState is never looked at.
 *
 * @returns where the browser goes
 * @throws HatcheckError `not_signed_in` (not asked for, too late, for the second time), `invalid_token`, `provider_unavailable`,
 *   `ledger_unavailable`
 */
export const acceptResponse = async (parts: SamlLoginParts, base64: string): Promise<{ readonly location: string }> => {
  const response = readable(base64);
  const expected = await expectedFor(parts, response);
  const { provider, attempt } = expected;
  const way = { provider, method: 'browser', via: 'cookie' } as const;
  const { saml, principal } = await recordingRefusals(parts, way, () => accepted(parts, expected, response)).catch(
    assertionIsRefused,
  );
  const ticket = newSecret(parts.chance);
  const parked: ParkedSignIn = {
    ticketHash: hashSecret(ticket),
    provider: provider.id,
    returnTo: attempt?.returnTo ?? '/',
    ...(attempt && { browserHash: attempt.browserHash }),
    ...(attempt?.link && { link: attempt.link }),
    principal,
    ...(saml.sessionNotOnOrAfter !== undefined && { sessionEndsAt: saml.sessionNotOnOrAfter }),
    expiresAt: plusSeconds(parts.clock.now(), PARKED_SECONDS),
  };
  await parts.parkedSignIns.put(parked);
  return { location: `/saml/finish?ticket=${ticket}` };
};

/** What could never be believed answers nothing of ours. */
const readable = (base64: string): UnverifiedResponse => {
  try {
    return readResponse(base64);
  } catch (error) {
    if (error instanceof AssertionRefused) throw notSignedIn(`a response that is ${error.fault}`);
    throw error;
  }
};

/** The attempt is burnt first, whatever the response turns out to be: of several posts at once, one goes on. */
const expectedFor = async (parts: SamlLoginParts, response: UnverifiedResponse): Promise<Expected> => {
  const { unverifiedInResponseTo: inResponseTo } = response;
  if (inResponseTo === undefined) return unasked(parts, response);
  if (!REQUEST_ID.test(inResponseTo)) throw notSignedIn('no request of ours');
  const attempt = await parts.samlAttempts.take(hashSecret(inResponseTo));
  if (!attempt || !isBefore(parts.clock.now(), attempt.expiresAt)) throw notSignedIn('no such attempt, or no longer');
  const provider = parts.providers.find(({ id }) => id === attempt.provider);
  if (provider?.type !== 'saml') throw notSignedIn('the provider is no longer configured');
  return { provider, inResponseTo, attempt };
};

const unasked = ({ providers }: SamlLoginParts, { unverifiedIssuer: issuer }: UnverifiedResponse): Expected => {
  const provider = issuer === undefined ? undefined : providerOfPerson(providers, issuer);
  if (provider?.type !== 'saml' || !provider.idpInitiated) throw notSignedIn('a response that nobody asked for');
  return { provider, inResponseTo: idpInitiated };
};

const accepted = async (
  parts: SamlLoginParts,
  { provider, inResponseTo, attempt }: Expected,
  response: UnverifiedResponse,
): Promise<{ readonly saml: VerifiedSaml; readonly principal: ParkedSignIn['principal'] }> => {
  const { replayGuard, origin, clock } = parts;
  const decryptionKey = (await spKey(parts, provider.decryptionKey))?.privateKey;
  const now = clock.now();
  const saml = await verifiedBy(parts.samlDocuments, provider, (idp) =>
    response.verified({
      ...{ idp, spEntityId: spEntityId(origin), recipient: acsUrl(origin), now, inResponseTo },
      ...(decryptionKey && { decryptionKey }),
    }),
  );
  const { authenticatedSince } = attempt ?? {};
  if (authenticatedSince !== undefined && isBefore(saml.authnInstant, earlier(authenticatedSince)))
    throw new AssertionRefused('authentication_time', { subject: saml.nameId });
  const principal = samlPrincipalOf(saml, provider, now);
  await burnAssertion(replayGuard, saml);
  return { saml, principal };
};

/** The provider's clock may be behind ours by as much as the verifier allows it. */
const earlier = (instant: string): string => plusSeconds(instant, -SKEW_SECONDS);
