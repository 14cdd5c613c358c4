import type { Instant } from '../domain/principal.ts';
import { plusSeconds } from '../domain/time.ts';
import { providerIsAway } from './browser-refusals.ts';
import { ATTEMPT_SECONDS, LOGIN_COOKIE, setCookie } from './cookies.ts';
import type { LoginWish } from './login.ts';
import type { LinkTo, ParkedSignIns, SamlAttempts, SamlProvider } from './ports.ts';
import { returnPath } from './return-path.ts';
import type { SamlDocuments } from './saml-documents.ts';
import { acsUrl, spEntityId, xmlText } from './saml-metadata.ts';
import { redirectTo } from './saml-redirect.ts';
import { spKey } from './saml-keys.ts';
import { hashSecret, newSecret } from './sessions.ts';
import type { SignInParts } from './sign-in.ts';

/** What a browser's sign-in by SAML works with. */
export interface SamlLoginParts extends SignInParts {
  readonly samlAttempts: SamlAttempts;
  readonly parkedSignIns: ParkedSignIns;
  /** Our public origin; the provider posts to its `/saml/acs` and nowhere else. */
  readonly origin: string;
  readonly resolveSecret: (reference: string) => Promise<string>;
  readonly samlDocuments: SamlDocuments;
}

/** An XML ID must not begin with a digit; SAML 2.0 core, 1.3.4, wants at least 128 bits of chance. */
const REQUEST_ID_BYTES = 20;

/**
 * Begins a sign-in with an AuthnRequest by HTTP-Redirect (SAML 2.0 bindings, 3.4) and binds it to this browser by a cookie. No
 * RelayState: where the person goes afterwards stays here, under the request's ID.
 *
 * @returns where the browser goes, and its cookie
 * @throws HatcheckError `invalid_input` for a `returnTo` that leaves us; `provider_unavailable`; `ledger_unavailable`; TypeError for a signing key that is none
 */
export const beginSamlLogin = async (
  parts: SamlLoginParts,
  provider: SamlProvider,
  wish: LoginWish & { readonly link?: LinkTo },
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const { samlAttempts, origin, chance, clock } = parts;
  const returnTo = returnPath(wish.returnTo);
  const { ssoUrl } = await parts.samlDocuments.idp(provider).catch(providerIsAway);
  const signer = await spKey(parts, provider.signingKey);
  const id = `_${chance.token(REQUEST_ID_BYTES)}`;
  const browser = newSecret(chance);
  const now = clock.now();
  await samlAttempts.put({
    requestHash: hashSecret(id),
    provider: provider.id,
    browserHash: hashSecret(browser),
    returnTo,
    ...(wish.stepUp === 'fresh' && { authenticatedSince: now }),
    ...(wish.link && { link: wish.link }),
    expiresAt: plusSeconds(now, ATTEMPT_SECONDS),
  });
  const request = authnRequest({ id, now, origin, provider, ssoUrl, wish });
  return {
    location: redirectTo(ssoUrl, request, signer),
    cookies: [setCookie(LOGIN_COOKIE, browser, ATTEMPT_SECONDS)],
  };
};

interface Request {
  readonly id: string;
  readonly now: Instant;
  readonly origin: string;
  readonly provider: SamlProvider;
  readonly ssoUrl: string;
  readonly wish: LoginWish;
}

/** SAML 2.0 core, 3.4.1. Without NameIDPolicy: the provider gives what it is configured to give us. */
const authnRequest = ({ id, now, origin, provider, ssoUrl, wish: { stepUp, loginHint } }: Request): string =>
  [
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
    ` ID="${id}" Version="2.0" IssueInstant="${now}" Destination="${xmlText(ssoUrl)}"`,
    stepUp === undefined ? '' : ' ForceAuthn="true"',
    ` ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="${xmlText(acsUrl(origin))}">`,
    `<saml:Issuer>${xmlText(spEntityId(origin))}</saml:Issuer>`,
    loginHint === undefined ? '' : requestedSubject(loginHint),
    stepUp === 'mfa' ? requestedContext(provider.mfaContexts) : '',
    '</samlp:AuthnRequest>',
  ].join('');

/** SAML 2.0 profiles, 4.1.4.1: about whom, without a confirmation. Providers take it for what they begin their page with. */
const requestedSubject = (loginHint: string): string =>
  `<saml:Subject><saml:NameID>${xmlText(loginHint)}</saml:NameID></saml:Subject>`;

/** 3.3.2.2.1: with `exact`, one of these and nothing else. */
const requestedContext = (contexts: readonly string[]): string =>
  [
    '<samlp:RequestedAuthnContext Comparison="exact">',
    ...contexts.map((context) => `<saml:AuthnContextClassRef>${xmlText(context)}</saml:AuthnContextClassRef>`),
    '</samlp:RequestedAuthnContext>',
  ].join('');
