import { kmsClient } from '../lib/aws/kms-client.ts';
import { MAX_AGE_SECONDS, keysInUse } from '../lib/aws/public-keys.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { api } from '../lib/http/api.ts';
import { issuerRoutes } from '../lib/http/contract/issuer.ts';
import { awsAccess } from './aws-access.ts';
import { knowsNobody } from './knows-nobody.ts';
import { meterOf } from './meter-of.ts';

const cacheable = (seconds: number) => ({ 'cache-control': `public, max-age=${seconds}` });

type IssuerConfig = Pick<Config, 'stage' | 'origin' | 'issuer' | 'issuerKeys' | 'region' | 'endpoints'>;

export const create = (
  { stage, origin, issuer, issuerKeys, region, endpoints }: IssuerConfig,
  around = surroundings('issuer'),
) => {
  const { clock, logger } = around;
  const client = kmsClient(awsAccess({ region, endpoints }, 'kms'));
  const published = keysInUse(client, clock, (keyId, cause) => {
    logger.error('a key of the issuer is out of use and is not published', { reason: keyId }, cause);
  });
  return api({
    ...{ origin, logger, meter: meterOf({ stage }, around) },
    authenticate: knowsNobody,
    contract: issuerRoutes,
    routes: {
      'GET /.well-known/openid-configuration': () =>
        Promise.resolve({ status: 200, json: discoveryOf(issuer), headers: cacheable(DISCOVERY_SECONDS) }),
      'GET /.well-known/jwks.json': async () => {
        const keys = await published(issuerKeys);
        return { status: 200, json: { keys }, headers: cacheable(MAX_AGE_SECONDS) };
      },
    },
  });
};

/** It changes with a deployment. */
const DISCOVERY_SECONDS = 3600;

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
