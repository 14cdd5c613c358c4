import { HatcheckError, refuse } from '../domain/errors.ts';
import { isBefore, plusSeconds } from '../domain/time.ts';
import { AssertionRefused } from './assertion-refused.ts';
import { providerIsAway } from './oidc-login.ts';
import { providerOfPerson } from './people-providers.ts';
import type { ParkedSignIn, SamlAttempt, SamlProvider } from './ports.ts';
import { burnAssertion } from './saml-burn.ts';
import { unverifiedInResponseTo, unverifiedIssuer } from './saml/peek.ts';
import { type VerifiedSaml, idpInitiated, verifySamlResponse } from './saml/verify-response.ts';
import { verifiedBy } from './saml-documents.ts';
import { spKey } from './saml-keys.ts';
import type { SamlLoginParts } from './saml-login.ts';
import { acsUrl, spEntityId } from './saml-metadata.ts';
import { samlPrincipalOf } from './saml-principal.ts';
import { hashSecret } from './sessions.ts';
import { recordingRefusals } from './sign-in.ts';

/** The browser follows the 303 at once. */
const PARKED_SECONDS = 60;

const TICKET_BYTES = 32;

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
export const acceptResponse = async (
  parts: SamlLoginParts,
  response: string,
): Promise<{ readonly location: string }> => {
  const expected = await expectedFor(parts, response);
  const { provider, attempt } = expected;
  const way = { provider, method: 'browser', via: 'cookie' } as const;
  const { saml, principal } = await recordingRefusals(parts, way, () => accepted(parts, expected, response)).catch(
    refused,
  );
  const ticket = parts.chance.token(TICKET_BYTES);
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

/** The attempt is burnt first, whatever the response turns out to be: of several posts at once, one goes on. */
const expectedFor = async (parts: SamlLoginParts, response: string): Promise<Expected> => {
  const inResponseTo = unverifiedInResponseTo(response);
  if (inResponseTo === undefined) return unasked(parts, response);
  if (!REQUEST_ID.test(inResponseTo)) throw notSignedIn('no request of ours');
  const attempt = await parts.samlAttempts.take(hashSecret(inResponseTo));
  if (!attempt || !isBefore(parts.clock.now(), attempt.expiresAt)) throw notSignedIn('no such attempt, or no longer');
  const provider = parts.providers.find(({ id }) => id === attempt.provider);
  if (provider?.type !== 'saml') throw notSignedIn('the provider is no longer configured');
  return { provider, inResponseTo, attempt };
};

const unasked = ({ providers }: SamlLoginParts, response: string): Expected => {
  const issuer = unverifiedIssuer(response);
  const provider = issuer === undefined ? undefined : providerOfPerson(providers, issuer);
  if (provider?.type !== 'saml' || !provider.idpInitiated) throw notSignedIn('a response that nobody asked for');
  return { provider, inResponseTo: idpInitiated };
};

const accepted = async (
  parts: SamlLoginParts,
  { provider, inResponseTo, attempt }: Expected,
  response: string,
): Promise<{ readonly saml: VerifiedSaml; readonly principal: ParkedSignIn['principal'] }> => {
  const { replayGuard, origin, clock } = parts;
  const decryptionKey = (await spKey(parts, provider.decryptionKey))?.privateKey;
  const now = clock.now();
  const saml = await verifiedBy(parts.samlDocuments, provider, (idp) =>
    verifySamlResponse(response, {
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
const SKEW_SECONDS = 60;
const earlier = (instant: string): string => plusSeconds(instant, -SKEW_SECONDS);

const refused = (error: unknown): never => {
  if (error instanceof AssertionRefused)
    throw new HatcheckError(refuse('invalid_token', error.message), { cause: error });
  return providerIsAway(error);
};

const notSignedIn = (reason: string): HatcheckError => new HatcheckError(refuse('not_signed_in', reason));
