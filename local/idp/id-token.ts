import { importJWK, SignJWT } from 'jose';
import type { Account } from './accounts.ts';
import type { OidcAlgorithm, OidcKey } from './keys.ts';

export interface IdTokenOptions {
  readonly audience: string | readonly string[];
  readonly nonce?: string;
  /** Default 600. */
  readonly lifetimeSeconds?: number;
  /** How long ago the person signed in; default 0. */
  readonly signedInSecondsAgo?: number;
  /** Default `['pwd']` for a person; a workload has none. */
  readonly methods?: readonly string[];
  /** Default RS256. */
  readonly algorithm?: OidcAlgorithm;
  /** Overrides or adds claims; `undefined` leaves one out. For tests of what must be refused. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Signs an ID token of the account with the provider's own published key. */
export const signIdToken = async (
  account: Account,
  issuer: string,
  keys: readonly OidcKey[],
  clock: () => Date,
  options: IdTokenOptions,
): Promise<string> => {
  const algorithm = options.algorithm ?? 'RS256';
  const key = keys.find(({ alg }) => alg === algorithm);
  if (!key) throw new TypeError(`no ${algorithm} key among the provider's`);
  const now = Math.floor(clock().getTime() / 1000);
  const signIn = { auth_time: now - (options.signedInSecondsAgo ?? 0), amr: options.methods ?? ['pwd'] };
  const payload = {
    iss: issuer,
    sub: account.subject,
    aud: typeof options.audience === 'string' ? options.audience : [...options.audience],
    iat: now,
    exp: now + (options.lifetimeSeconds ?? 600),
    ...(options.nonce !== undefined && { nonce: options.nonce }),
    ...(account.kind === 'person' && signIn),
    ...account.claims,
    ...options.claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'JWT' })
    .sign(await importJWK(key, algorithm));
};
