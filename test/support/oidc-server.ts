import { type KeyObject, constants, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { OidcProvider } from '../../lib/identity/ports.ts';

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384';

/** A key pair of a test's own provider, made when the test runs. */
export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Record<string, unknown>;
}

const CURVES = { ES256: 'P-256', ES384: 'P-384' } as const;

export const makeKey = (algorithm: SigningAlgorithm, kid = `key-${algorithm}`, modulusLength = 2048): SigningKey => {
  const { privateKey, publicKey } =
    algorithm === 'ES256' || algorithm === 'ES384'
      ? generateKeyPairSync('ec', { namedCurve: CURVES[algorithm] })
      : generateKeyPairSync('rsa', { modulusLength });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
  return { algorithm, kid, privateKey, jwk };
};

/** Text goes as it is, so that a test can write JSON that no library would. */
const encoded = (part: object | string): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token of any header and payload, signed as asked. */
export const compact = (
  header: object | string,
  payload: object | string,
  signInput: (input: string) => Uint8Array,
): string => {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${Buffer.from(signInput(input)).toString('base64url')}`;
};

export const signWith =
  ({ algorithm, privateKey }: SigningKey) =>
  (input: string): Uint8Array =>
    sign(algorithm === 'ES384' ? 'sha384' : 'sha256', Buffer.from(input), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
      ...(algorithm === 'PS256' && {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }),
    });

/** A token with a good header and a good signature. */
export const signedToken = (key: SigningKey, claims: object | string): string =>
  compact({ alg: key.algorithm, kid: key.kid, typ: 'JWT' }, claims, signWith(key));

/** What the server does, each member a switch that a test may turn while it runs. */
export interface Behaviour {
  /** Over the honest discovery document. `undefined` leaves a member out. */
  metadata: Record<string, unknown>;
  keys: readonly unknown[];
  /** Over the claims of whatever token it makes. */
  claims: Record<string, unknown>;
  signingKey: SigningKey;
  /** Writes the ID token instead, out of the claims that the honest one would have. */
  idToken?: (claims: Record<string, unknown>) => string;
  /** What the userinfo endpoint says, true or not. */
  userinfo: Record<string, unknown>;
  /** Answers so instead, wherever it is asked. */
  answer?: (response: ServerResponse, path: string) => void;
  /** Besides `code` and `state` in what it sends the browser back with. */
  callback: Record<string, string>;
  accessToken: string;
  /** Over what the token endpoint answers to a refresh token; `undefined` leaves a member out. */
  refreshed: Record<string, unknown>;
}

export interface OidcServer {
  readonly issuer: string;
  readonly provider: OidcProvider;
  readonly behaviour: Behaviour;
  /** Paths, in the order in which they were asked for. */
  readonly calls: string[];
  /** Bodies and authorization headers of the calls of the token endpoint. */
  readonly tokenCalls: { readonly form: URLSearchParams; readonly authorization: string | undefined }[];
  /** What the browser brings back from the provider, when a person signs in where `location` sends them. */
  signIn(location: string): Record<string, string>;
  /** An honest ID token, made now; `claims` over the honest ones. */
  idToken(claims?: Record<string, unknown>): string;
  close(): Promise<void>;
}

export const CLIENT_ID = 'hatcheck';
export const SUBJECT = 'subject-of-erin';

/** An OpenID provider on a port of its own, honest until a switch is turned. */
export const startOidcServer = async (nowMs: () => number = Date.now): Promise<OidcServer> => {
  const signingKey = makeKey('ES256');
  const behaviour: Behaviour = {
    metadata: {},
    keys: [signingKey.jwk],
    claims: {},
    signingKey,
    userinfo: { sub: SUBJECT },
    callback: {},
    accessToken: 'an access token of the provider',
    refreshed: {},
  };
  const calls: string[] = [];
  const tokenCalls: OidcServer['tokenCalls'] = [];
  const codes = new Map<string, { readonly nonce: string; readonly challenge: string; readonly isOffline: boolean }>();
  const refreshTokens = new Set<string>();
  const state = { issuer: '' };

  const idToken = (claims: Record<string, unknown> = {}): string => {
    const now = Math.floor(nowMs() / 1000);
    const honest = { iss: state.issuer, sub: SUBJECT, aud: CLIENT_ID, iat: now, exp: now + 600, auth_time: now };
    const all = { ...honest, ...claims, ...behaviour.claims };
    return behaviour.idToken?.(all) ?? signedToken(behaviour.signingKey, all);
  };

  const refreshToken = (): string => {
    const token = `refresh token of the provider, ${randomBytes(16).toString('base64url')}`;
    refreshTokens.add(token);
    return token;
  };

  /** Each is good once, as with providers that rotate them. */
  const refreshed = (form: URLSearchParams): [number, object] => {
    if (!refreshTokens.delete(form.get('refresh_token') ?? '')) return [400, { error: 'invalid_grant' }];
    const answer = { token_type: 'Bearer', access_token: behaviour.accessToken, id_token: idToken() };
    return [200, { ...answer, refresh_token: refreshToken(), ...behaviour.refreshed }];
  };

  const tokenAnswer = async (request: IncomingMessage): Promise<[number, object]> => {
    const form = new URLSearchParams(await text(request));
    tokenCalls.push({ form, authorization: request.headers.authorization });
    if (form.get('grant_type') === 'refresh_token') return refreshed(form);
    const code = codes.get(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code?.challenge !== challenge) return [400, { error: 'invalid_grant' }];
    codes.delete(form.get('code') ?? '');
    return [
      200,
      {
        ...{ token_type: 'Bearer', access_token: behaviour.accessToken, id_token: idToken({ nonce: code.nonce }) },
        ...(code.isOffline && { refresh_token: refreshToken() }),
      },
    ];
  };

  const answers: Record<string, (request: IncomingMessage) => Promise<[number, object]> | [number, object]> = {
    '/.well-known/openid-configuration': () => [
      200,
      {
        issuer: state.issuer,
        authorization_endpoint: `${state.issuer}/authorize`,
        token_endpoint: `${state.issuer}/token`,
        jwks_uri: `${state.issuer}/jwks`,
        userinfo_endpoint: `${state.issuer}/userinfo`,
        authorization_response_iss_parameter_supported: true,
        ...behaviour.metadata,
      },
    ],
    '/jwks': () => [200, { keys: behaviour.keys }],
    '/userinfo': () => [200, behaviour.userinfo],
    '/token': tokenAnswer,
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    calls.push(path);
    if (behaviour.answer) {
      behaviour.answer(response, path);
      return;
    }
    const [status, json] = (await answers[path]?.(request)) ?? [404, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  };

  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  state.issuer = `http://127.0.0.1:${address.port}`;

  return {
    issuer: state.issuer,
    provider: {
      id: 'local-oidc',
      type: 'oidc',
      issuer: state.issuer,
      clientId: CLIENT_ID,
      clientSecret: 'env:OIDC_SECRET',
      groupsClaim: 'groups',
      tokenExchangeAudiences: ['hatcheck-exchange'],
      algorithms: ['ES256', 'RS256'],
    },
    behaviour,
    calls,
    tokenCalls,
    idToken,
    signIn: (location) => {
      const { searchParams } = new URL(location);
      const code = `code-${codes.size}-${searchParams.get('state') ?? ''}`;
      codes.set(code, {
        nonce: searchParams.get('nonce') ?? '',
        challenge: searchParams.get('code_challenge') ?? '',
        isOffline: (searchParams.get('scope') ?? '').split(' ').includes('offline_access'),
      });
      return { code, state: searchParams.get('state') ?? '', iss: state.issuer, ...behaviour.callback };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
