import { verify } from 'node:crypto';
import { verifyIdToken } from '../../lib/identity/id-token.ts';
import { pickKey, usableKeys } from '../../lib/identity/jwk.ts';
import { providerDocuments } from '../../lib/identity/keys.ts';
import type { OidcProvider } from '../../lib/identity/ports.ts';
import { type SigningKey, makeKey, signedToken } from '../support/oidc-server.ts';
import type { Contests, NamedContest } from './section.ts';

const NOW = '2026-03-02T12:00:00.000Z';
const ISSUER = 'https://idp.example.com';
const NONCE = 'n'.repeat(43);

const provider: OidcProvider = {
  ...{ id: 'okta', type: 'oidc', issuer: ISSUER, clientId: 'hatcheck', groupsClaim: 'groups' },
  ...{ tokenExchangeAudiences: [], algorithms: ['ES256', 'RS256'] },
};

/** As large providers write them: a dozen groups, who it is, how they proved it. */
const claims = (): object => {
  const now = Date.parse(NOW) / 1000;
  return {
    ...{ iss: ISSUER, sub: 'subject-of-erin', aud: 'hatcheck', nonce: NONCE },
    ...{ iat: now - 5, exp: now + 595, auth_time: now - 10, amr: ['pwd', 'mfa'] },
    ...{ email: 'erin@example.com', email_verified: true, name: 'Erin Engineer' },
    groups: Array.from({ length: 12 }, (_, index) => `engineering-${index}`),
  };
};

/** What a login checks, with warm keys, against the signature's mathematics and nothing else: key, bytes and signature are at hand. */
const contestOf = async (algorithm: 'ES256' | 'RS256', bound: number): Promise<NamedContest> => {
  const key = makeKey(algorithm);
  const token = signedToken(key, claims());
  const documents = documentsWith(key);
  const expected = { provider, now: NOW, audiences: ['hatcheck'], nonce: NONCE, maxAgeSeconds: 600 };
  const publicKey = pickKey(usableKeys({ keys: [key.jwk] }), { algorithm, kid: key.kid });
  const [header = '', payload = '', signature = ''] = token.split('.');
  const [input, raw] = [Buffer.from(`${header}.${payload}`), Buffer.from(signature, 'base64url')];
  const bare = () => verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw);
  const candidate = () => verifyIdToken(token, documents, expected);
  if (!bare() || (await candidate()).subject !== 'subject-of-erin') throw new Error('a good token is refused');
  const name = `ID token, ${algorithm}, ${token.length} bytes, against crypto.verify`;
  return { name, candidate, baseline: bare, bound };
};

const documentsWith = ({ jwk }: SigningKey) =>
  providerDocuments({
    fetchJson: ({ pathname }) =>
      Promise.resolve({
        status: 200,
        json: pathname === '/jwks' ? { keys: [jwk] } : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
      }),
    clock: { now: () => NOW },
    onStale: () => undefined,
  });

export const idTokens: Contests = () => Promise.all([contestOf('ES256', 1.5), contestOf('RS256', 3)]);
