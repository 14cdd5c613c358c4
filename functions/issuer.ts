import { kmsClient } from '../lib/aws/kms-client.ts';
import { publicKeys } from '../lib/aws/public-keys.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { HatcheckError, refuse } from '../lib/domain/errors.ts';
import { api } from '../lib/http/api.ts';

/** A key is published a day before it signs and a day after: an hour in caches is well within. */
const CACHEABLE = { 'cache-control': 'public, max-age=3600' };

type IssuerConfig = Pick<Config, 'origin' | 'issuer' | 'issuerKeys' | 'region' | 'endpoints'>;

export const create = (
  { origin, issuer, issuerKeys, region, endpoints }: IssuerConfig,
  { logger } = surroundings('issuer'),
) => {
  const client = kmsClient({ region, ...(endpoints.kms === undefined ? {} : { endpoint: endpoints.kms }) });
  const publicKey = publicKeys(client);
  return api({
    ...{ origin, logger },
    // What is here is for everybody: this function may not even read sessions.
    authenticate: () => Promise.reject(new HatcheckError(refuse('not_signed_in', 'the issuer function knows nobody'))),
    routes: {
      'GET /.well-known/openid-configuration': () =>
        Promise.resolve({ status: 200, json: discoveryOf(issuer), headers: CACHEABLE }),
      'GET /.well-known/jwks.json': async () => {
        const keys = await Promise.all(issuerKeys.map(publicKey));
        return { status: 200, json: { keys }, headers: CACHEABLE };
      },
    },
  });
};

/** OpenID Connect Discovery 1.0, 3, as far as it is about tokens that nobody asks for. */
const discoveryOf = (issuer: string) => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
  claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti'],
});

export const handler = onLambda(create);
