import type { RecordedEvent } from '../domain/event.ts';
import type { Group, Handle, Instant, Principal } from '../domain/principal.ts';

/** A signed-in principal, as the identity table keeps it under the hash of its token. Expiry is checked by whoever reads it. */
export interface Session {
  readonly principal: Principal;
  readonly via: 'cookie' | 'bearer';
  /** base64url SHA-256 of the secret part of the token `<handle>.<random>`. */
  readonly tokenHash: string;
  /** What a plain form must send back; only with `via: 'cookie'`. */
  readonly csrf?: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** The refresh family that it belongs to; it ends with it. */
  readonly family?: string;
  /** What the provider calls its own session of the person (OIDC `sid`), where it says so. */
  readonly providerSession?: string;
}

/** When a session was last used. */
export interface Seen {
  /** The session's `tokenHash`, or the id of a refresh family. */
  readonly id: string;
  readonly at: Instant;
}

export interface Sessions {
  /** @throws HatcheckError `ledger_unavailable` when it cannot be stored. */
  put(session: Session): Promise<void>;
  /** Strongly consistent. */
  get(handle: Handle, tokenHash: string): Promise<Session | undefined>;
  remove(handle: Handle, tokenHash: string): Promise<void>;
  /** All of a principal, those that are over among them; strongly consistent, in no order. */
  list(handle: Handle): Promise<readonly Session[]>;
  /** Strongly consistent. @throws HatcheckError `ledger_unavailable`: nobody is taken for active then */
  lastSeen(handle: Handle, id: string): Promise<Instant | undefined>;
  /** When those of a principal were last used, by id. */
  allSeen(handle: Handle): Promise<ReadonlyMap<string, Instant>>;
  /** In an item of its own: whoever may write it can write no session. */
  markSeen(handle: Handle, seen: Seen, until: Instant): Promise<void>;
}

/**
 * Present when nobody is to be signed in: whoever is proved is another identity of this person. The session that asked for it must be the
 * one that the browser shows in the end.
 */
export interface LinkTo {
  readonly handle: Handle;
  readonly tokenHash: string;
}

/** Who is one person with whom, as the ledger keeps it. */
export interface Identities {
  /**
   * Both were proved; done twice it changes nothing.
   * @throws HatcheckError `limit_reached`, `ledger_conflict`, `ledger_unavailable`: perhaps half done, and to be done again
   */
  link(principal: Principal, other: Handle): Promise<void>;
}

/** A sign-in that a browser began: what its end must match. */
export interface BegunSignIn {
  readonly provider: string;
  /** base64url SHA-256 of the browser's pre-login cookie. */
  readonly browserHash: string;
  readonly returnTo: string;
  /** Present when the person was sent to prove themselves anew: an `auth_time` or AuthnInstant before it is refused. */
  readonly authenticatedSince?: Instant;
  readonly link?: LinkTo;
  readonly expiresAt: Instant;
}

/** By OpenID Connect. */
export interface Attempt extends BegunSignIn {
  /** base64url SHA-256 of `state`. */
  readonly stateHash: string;
}

export interface Attempts {
  put(attempt: Attempt): Promise<void>;
  /** Takes it out, so that of two callbacks at once exactly one gets it. */
  take(stateHash: string): Promise<Attempt | undefined>;
}

export interface ReplayGuard {
  /** True for the first caller with this key, false for every later one until `until`. One conditional write. */
  burn(key: string, until: Instant): Promise<boolean>;
}

export interface Directory {
  /** What the person is called, as their provider last said. */
  remember(principal: Principal): Promise<void>;
}

/** The ledger, as far as sign-in writes it: each sign-in is a stream of its own. */
export interface SignInLedger {
  /** Begins the stream with this event. @throws HatcheckError `ledger_unavailable` unless it is surely there. */
  begin(stream: string, event: RecordedEvent<'signin.succeeded' | 'signin.refused' | 'signin.ended'>): Promise<void>;
}

/** Time and chance, injected. */
export interface Clock {
  now(): Instant;
}

export interface Chance {
  /** A ULID. */
  id(): string;
  /** `bytes` random bytes, base64url. */
  token(bytes: number): string;
}

/** Who vouches for people, as access.yml names them. */
export type IdentityProvider = OidcProvider | SamlProvider | WorkloadProvider | AwsProvider;

/** Whoever signs tokens: what verifying one needs to know of them. */
export type TokenIssuer = Pick<OidcProvider, 'issuer' | 'algorithms'>;

/** An issuer of tokens for jobs and agents. They are exchanged; nobody signs in there in a browser. */
export interface WorkloadProvider extends TokenIssuer {
  readonly id: string;
  readonly type: 'oidc-workload';
  /** The only one in `aud`. */
  readonly audience: string;
  /** Claims that a token must have, each with one of these texts, letter by letter. Never empty: an issuer may serve the whole world. */
  readonly match: Readonly<Record<string, readonly string[]>>;
  /** What entitlements know its workloads by, `<id>:<name>`. */
  readonly groups: readonly Group[];
}

/** Vouches for IAM roles: AWS says who signed a call that we send it. Nobody signs in there in a browser. */
export interface AwsProvider {
  readonly id: string;
  readonly type: 'aws-workload';
  readonly issuer: string;
  /** What a proof must be made out to, in a header that is signed. */
  readonly audience: string;
  /** Whose STS is asked. */
  readonly regions: readonly string[];
  /** Letter by letter. Never one that we lend. */
  readonly roles: readonly { readonly account: string; readonly name: string }[];
  /** What entitlements know its workloads by, `<id>:<name>`. */
  readonly groups: readonly Group[];
}

export interface OidcProvider {
  readonly id: string;
  readonly type: 'oidc';
  /** Exactly as in the tokens' `iss`. https, or http on a loopback address. */
  readonly issuer: string;
  readonly clientId: string;
  /** A reference (`env:NAME`, `ssm:…`), never the secret. Absent for a public client. */
  readonly clientSecret?: string;
  readonly groupsClaim: string;
  /** Whether to ask it for a refresh token, with which the groups are fetched anew. */
  readonly offlineAccess?: true;
  /** It tells us when a session of its own ends, so that ours may last longer on its word. */
  readonly backChannelLogout?: true;
  /** Audiences that token exchange takes besides `clientId`. */
  readonly tokenExchangeAudiences: readonly string[];
  /** Signature algorithms that this provider may use. */
  readonly algorithms: readonly (
    'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512'
  )[];
}

/** What the command line got for a person's consent: 60 seconds, once (RFC 6749, 4.1.2). */
export interface AuthorizationCode {
  /** base64url SHA-256 of the code. */
  readonly codeHash: string;
  readonly redirectUri: string;
  /** base64url SHA-256 of the verifier (RFC 7636, S256). */
  readonly codeChallenge: string;
  readonly handle: Handle;
  readonly family: string;
  /** When what it is redeemed for ends at the latest. */
  readonly familyEndsAt: Instant;
  readonly expiresAt: Instant;
}

export interface AuthorizationCodes {
  put(code: AuthorizationCode): Promise<void>;
  /** Strongly consistent. It stays for ten minutes, so that a second use of it is noticed. */
  get(codeHash: string): Promise<AuthorizationCode | undefined>;
}

/** A sign-in of the command line: every refresh token and session that comes of one consent (RFC 9700, 4.14.2). Gone is revoked. */
export interface RefreshFamily {
  readonly id: string;
  /** As of the sign-in in the browser. */
  readonly principal: Principal;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** As of that sign-in. */
  readonly providerSession?: string;
}

export interface RefreshFamilies {
  put(family: RefreshFamily): Promise<void>;
  /** Puts it anew if it is there still: one that was revoked does not come back. */
  confirm(family: RefreshFamily): Promise<boolean>;
  /** Strongly consistent. */
  get(handle: Handle, id: string): Promise<RefreshFamily | undefined>;
  list(handle: Handle): Promise<readonly RefreshFamily[]>;
  remove(handle: Handle, id: string): Promise<void>;
}

export interface RefreshToken {
  readonly handle: Handle;
  /** base64url SHA-256 of the secret part of the token `<handle>.<random>`. */
  readonly tokenHash: string;
  readonly family: string;
  readonly expiresAt: Instant;
}

export interface RefreshTokens {
  put(token: RefreshToken): Promise<void>;
  /** Strongly consistent. Used ones stay until their family would have ended, so that a second use is noticed. */
  get(handle: Handle, tokenHash: string): Promise<RefreshToken | undefined>;
}

/** A refresh token of an identity provider, as only its holder can read it. */
export interface SealedToken {
  /** base64url SHA-256 of the secret that it is sealed with. */
  readonly id: string;
  readonly sealed: string;
}

export interface UpstreamTokens {
  put(handle: Handle, box: SealedToken, until: Instant): Promise<void>;
  /** Takes it out, so that of two at once exactly one gets it. */
  take(handle: Handle, id: string): Promise<SealedToken | undefined>;
}

/** What its metadata said when the functions were packaged, or where it publishes it now. */
export type SamlProvider = SamlProviderRules & (SamlEndpoint | { readonly metadataUrl: string });

/** What of a SAML provider's metadata changes while its name stays. */
export interface SamlEndpoint {
  /** Where it takes AuthnRequests by HTTP-Redirect. https, or http on a loopback address. */
  readonly ssoUrl: string;
  /** Base64 DER, of the keys that it signs with: one, or two and more while it changes them. */
  readonly certificates: readonly string[];
}

export interface SamlProviderRules {
  readonly id: string;
  readonly type: 'saml';
  /** Its entityID, exactly as in its assertions' Issuer. */
  readonly issuer: string;
  readonly groupsAttribute: string;
  readonly emailAttribute?: string;
  readonly nameAttribute?: string;
  /** Authentication contexts that prove more than one factor. */
  readonly mfaContexts: readonly string[];
  /** Whether a response that nobody here asked for is taken: whoever made it may then sign somebody in as somebody else. */
  readonly idpInitiated: boolean;
  /** Whether its assertions are exchanged for access tokens (RFC 8693). */
  readonly tokenExchange: boolean;
  /** A reference to the key and certificate that requests to it are signed with; without one they are not signed. */
  readonly signingKey?: string;
  /** A reference to the key and certificate that it encrypts assertions for; without one encrypted assertions are refused. */
  readonly decryptionKey?: string;
}

/** By SAML. */
export interface SamlAttempt extends BegunSignIn {
  /** base64url SHA-256 of the AuthnRequest's ID. */
  readonly requestHash: string;
}

export interface SamlAttempts {
  put(attempt: SamlAttempt): Promise<void>;
  /** Takes it out, so that of two responses at once exactly one gets it. */
  take(requestHash: string): Promise<SamlAttempt | undefined>;
}

/**
 * A verified assertion that waits for its browser: the identity provider's post to us is cross-site and brings no cookie, so that
 * only the GET after it can tell whose browser it is.
 */
export interface ParkedSignIn {
  /** base64url SHA-256 of what the browser's next address names it by. */
  readonly ticketHash: string;
  readonly provider: string;
  readonly returnTo: string;
  /** As in the attempt; absent only when the provider began. */
  readonly browserHash?: string;
  readonly principal: Omit<Principal, 'handle'>;
  /** SessionNotOnOrAfter: our session ends no later. */
  readonly sessionEndsAt?: Instant;
  readonly link?: LinkTo;
  readonly expiresAt: Instant;
}

export interface ParkedSignIns {
  put(parked: ParkedSignIn): Promise<void>;
  /** Takes it out, so that of two browsers at once exactly one gets it. */
  take(ticketHash: string): Promise<ParkedSignIn | undefined>;
}
