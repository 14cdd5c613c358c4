import { AssertionRefused, ProviderUnavailable } from './assertion-refused.ts';
import { unverifiedIssuerOf, type VerifiedIdToken, verifyIdToken, withoutNonce } from './id-token.ts';
import type { IdentityProvider, OidcProvider } from './ports.ts';
import { SESSION_SECONDS } from './sessions.ts';
import { signIn, type SignInParts, vouchedBy } from './sign-in.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The command line: a public client, so that its name proves nothing. */
const CLIENT_ID = 'hatcheck-cli';

/**
 * An hour, as long as large providers' ID tokens live: a command line or a job brings one that it was given a while ago, unlike a browser.
 * It signs in once, and what it opens says when the person proved themselves.
 */
const MAX_TOKEN_AGE_SECONDS = 3600;

/** The parameters of RFC 8693, 2.1; others are ignored (RFC 6749, 3.2). */
export interface ExchangeForm {
  readonly grant_type?: string;
  readonly client_id?: string;
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly requested_token_type?: string;
  readonly actor_token?: string;
  readonly audience?: string;
  readonly resource?: string;
  readonly scope?: string;
}

/** RFC 8693, 2.2.1. */
export interface ExchangeAnswer {
  readonly access_token: string;
  readonly issued_token_type: typeof ACCESS_TOKEN;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

/** Why there is no token, in the words of RFC 6749, 5.2. The message is for the client. */
export class ExchangeRefused extends Error {
  readonly code: ExchangeFault;

  constructor(code: ExchangeFault, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ExchangeRefused';
    this.code = code;
  }
}

type ExchangeFault =
  | 'invalid_request'
  | 'invalid_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable';

/**
 * Exchanges an ID token of a configured provider for an access token of ours, 15 minutes; each ID token once.
 *
 * @throws ExchangeRefused; HatcheckError `ledger_unavailable`
 */
export const exchangeToken = async (parts: SignInParts, form: ExchangeForm): Promise<ExchangeAnswer> => {
  const subjectToken = subjectTokenIn(form);
  try {
    const provider = issuingProvider(parts.providers, subjectToken);
    const way = { provider, method: 'token_exchange', via: 'bearer' } as const;
    const { token } = await signIn(parts, way, async () =>
      vouchedBy(await verifyOnce(parts, provider, subjectToken), provider),
    );
    return {
      access_token: token,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: SESSION_SECONDS.bearer,
    };
  } catch (cause) {
    if (cause instanceof AssertionRefused)
      // RFC 8693, 2.2.2: a subject token that is not accepted makes the request invalid.
      throw new ExchangeRefused('invalid_request', 'the ID token is not accepted', { cause });
    if (cause instanceof ProviderUnavailable)
      throw new ExchangeRefused('temporarily_unavailable', 'the identity provider does not answer', { cause });
    throw cause;
  }
};

const subjectTokenIn = (form: ExchangeForm): string => {
  if (form.grant_type !== TOKEN_EXCHANGE)
    throw new ExchangeRefused('unsupported_grant_type', `grant_type must be ${TOKEN_EXCHANGE}`);
  if (form.client_id !== undefined && form.client_id !== CLIENT_ID)
    throw new ExchangeRefused('invalid_client', `client_id must be ${CLIENT_ID}, or be left out`);
  if (form.subject_token_type !== ID_TOKEN)
    throw new ExchangeRefused('invalid_request', `subject_token_type must be ${ID_TOKEN}`);
  if (form.actor_token !== undefined || (form.requested_token_type ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw new ExchangeRefused('invalid_request', 'only an access token for the subject itself is given');
  if (form.audience !== undefined || form.resource !== undefined)
    throw new ExchangeRefused('invalid_target', 'the access token is for this server only');
  if (form.scope !== undefined) throw new ExchangeRefused('invalid_scope', 'there are no scopes');
  if (form.subject_token === undefined || form.subject_token === '')
    throw new ExchangeRefused('invalid_request', 'subject_token is missing');
  return form.subject_token;
};

const issuingProvider = (providers: readonly IdentityProvider[], token: string): OidcProvider => {
  const candidates = providers.filter((provider) => provider.type === 'oidc');
  const algorithms = candidates.flatMap((provider) => provider.algorithms);
  const unverifiedIssuer = unverifiedIssuerOf(token, algorithms);
  const provider = candidates.find(({ issuer }) => issuer === unverifiedIssuer);
  if (!provider) throw new AssertionRefused('issuer');
  return provider;
};

/** A `jti` would be the provider's to choose; the fingerprint is of all that it signed. */
const verifyOnce = async (
  { documents, replayGuard, clock }: SignInParts,
  provider: OidcProvider,
  token: string,
): Promise<VerifiedIdToken> => {
  const verified = await verifyIdToken(token, documents, {
    provider,
    now: clock.now(),
    audiences: [provider.clientId, ...provider.tokenExchangeAudiences],
    nonce: withoutNonce,
    maxAgeSeconds: MAX_TOKEN_AGE_SECONDS,
  });
  if (!(await replayGuard.burn(`id-token#${verified.fingerprint}`, verified.times.uselessFrom)))
    throw new AssertionRefused('replayed', { subject: verified.subject });
  return verified;
};
