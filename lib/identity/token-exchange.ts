import { AssertionRefused, ProviderUnavailable } from './assertion-refused.ts';
import { awsCallerSubject } from './aws-caller.ts';
import { type VerifiedIdToken, unverifiedClaimsIn, verifyIdToken, withoutNonce } from './id-token.ts';
import type { IdentityProvider, OidcProvider, WorkloadProvider } from './ports.ts';
import { type ExchangeParts, samlSubject } from './saml-exchange.ts';
import { lifeSeconds } from './sessions.ts';
import { signIn, type SignInParts, type Vouched, vouchedBy } from './sign-in.ts';
import { memberOf } from './strict-json.ts';
import { MAX_TOKEN_AGE_SECONDS, type SubjectToken } from './subject-token.ts';
import { useOnce } from './use-once.ts';
import { checkMatch, workloadPrincipal } from './workload.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const SAML_ASSERTION = 'urn:ietf:params:oauth:token-type:saml2';
/** Ours: a call of GetCallerIdentity that an IAM role signed. */
const AWS_CALLER = 'urn:hatcheck:params:oauth:token-type:aws-caller-identity';
const SUBJECT_TOKEN_TYPES = [ID_TOKEN, SAML_ASSERTION, AWS_CALLER];
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The command line: a public client, so that its name proves nothing. */
export const CLIENT_ID = 'hatcheck-cli';

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
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable'
  // RFC 8628, 3.5.
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token';

/**
 * Exchanges an ID token or a SAML assertion of a configured provider for an access token of ours, of 15 minutes or as long as the person's
 * session there lasts; each once.
 *
 * @throws ExchangeRefused; HatcheckError `ledger_unavailable`
 */
export const exchangeToken = async (parts: ExchangeParts, form: ExchangeForm): Promise<ExchangeAnswer> => {
  const subjectToken = subjectTokenIn(form);
  try {
    const { provider, verify } = await subjectOf(parts, form.subject_token_type, subjectToken);
    const { token, session } = await signIn(parts, { provider, method: 'token_exchange', via: 'bearer' }, verify);
    return {
      access_token: token,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: lifeSeconds(session),
    };
  } catch (cause) {
    if (cause instanceof AssertionRefused)
      // RFC 8693, 2.2.2: a subject token that is not accepted makes the request invalid.
      throw new ExchangeRefused('invalid_request', 'the subject token is not accepted', { cause });
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
  if (!SUBJECT_TOKEN_TYPES.some((type) => type === form.subject_token_type))
    throw new ExchangeRefused('invalid_request', `subject_token_type must be one of ${SUBJECT_TOKEN_TYPES.join(', ')}`);
  if (form.actor_token !== undefined || (form.requested_token_type ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw new ExchangeRefused('invalid_request', 'only an access token for the subject itself is given');
  if (form.audience !== undefined || form.resource !== undefined)
    throw new ExchangeRefused('invalid_target', 'the access token is for this server only');
  if (form.scope !== undefined) throw new ExchangeRefused('invalid_scope', 'there are no scopes');
  if (form.subject_token === undefined || form.subject_token === '')
    throw new ExchangeRefused('invalid_request', 'subject_token is missing');
  return form.subject_token;
};

const subjectOf = (
  parts: ExchangeParts,
  type: string | undefined,
  token: string,
): SubjectToken | Promise<SubjectToken> => {
  if (type === SAML_ASSERTION) return samlSubject(parts, token);
  return type === AWS_CALLER ? awsCallerSubject(parts, token) : idTokenSubject(parts, token);
};

const idTokenSubject = (parts: SignInParts, token: string): SubjectToken => {
  const provider = issuingProvider(parts.providers, token);
  return { provider, verify: () => vouchedFor(parts, provider, token) };
};

type TokenProvider = OidcProvider | WorkloadProvider;

const audiencesOf = (provider: TokenProvider): readonly string[] =>
  provider.type === 'oidc' ? [provider.clientId, ...provider.tokenExchangeAudiences] : [provider.audience];

/** One issuer may serve people and jobs: which of its providers the token is for, its audience says. Nothing of it is believed yet. */
const issuingProvider = (providers: readonly IdentityProvider[], token: string): TokenProvider => {
  const all = providers.filter((provider) => provider.type === 'oidc' || provider.type === 'oidc-workload');
  const unverified = unverifiedClaimsIn(
    token,
    all.flatMap(({ algorithms }) => algorithms),
  );
  const candidates = all.filter(({ issuer }) => issuer === memberOf(unverified, 'iss'));
  const audience = [memberOf(unverified, 'aud')].flat();
  const isFor = (provider: TokenProvider): boolean => audiencesOf(provider).some((ours) => audience.includes(ours));
  const provider = candidates.find(isFor) ?? candidates[0];
  if (!provider) throw new AssertionRefused('issuer');
  return provider;
};

const vouchedFor = async (parts: SignInParts, provider: TokenProvider, token: string): Promise<Vouched> => {
  const verified = await verifyIdToken(token, parts.documents, {
    provider,
    now: parts.clock.now(),
    audiences: audiencesOf(provider),
    nonce: withoutNonce,
    maxAgeSeconds: MAX_TOKEN_AGE_SECONDS,
  });
  // Before it is burnt: a token of a job that is none of ours leaves no trace but its refusal.
  if (provider.type === 'oidc-workload') checkMatch(verified, provider);
  await burn(parts, verified);
  if (provider.type === 'oidc') return vouchedBy(verified, provider);
  const { issuer, subject } = verified;
  return { issuer, subject, principal: (handle) => workloadPrincipal(verified, provider, handle) };
};

/** A `jti` would be the provider's to choose; the fingerprint is of all that it signed. */
const burn = async ({ replayGuard }: SignInParts, { fingerprint, times, subject }: VerifiedIdToken): Promise<void> => {
  if (!(await useOnce(replayGuard, `id-token#${fingerprint}`, times.uselessFrom)))
    throw new AssertionRefused('replayed', { subject });
};
