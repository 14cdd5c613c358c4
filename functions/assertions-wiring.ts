import { kmsAssertions } from '../lib/aws/assertions.ts';
import { kmsClient } from '../lib/aws/kms-client.ts';
import { publicKeys } from '../lib/aws/public-keys.ts';
import type { Issuer } from '../lib/broker/issue.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import type { Config } from '../lib/config/environment.ts';
import { entityIdOf } from '../lib/domain/role-session.ts';
import { awsAccess } from './aws-access.ts';

/** Only where access.yml has an entitlement that goes by them: no other broker waits for KMS. */
export const assertionsOf = (
  config: Config,
  { clock, chance }: Pick<Surroundings, 'clock' | 'chance'>,
): Pick<Issuer, 'assertions'> => {
  const { policy, issuer, tokenKey, samlKey } = config;
  const ways = new Set([...policy.entitlements.values()].map(({ session }) => session.via));
  const [tokensWith, responsesWith] = [ways.has('webIdentity') && tokenKey, ways.has('saml') && samlKey];
  if (!tokensWith && !responsesWith) return {};
  const client = kmsClient(awsAccess(config, 'kms'));
  return {
    assertions: kmsAssertions({
      ...(tokensWith && {
        tokens: {
          client,
          publicKey: knownSoon(publicKeys(client), tokensWith),
          keyId: tokensWith,
          issuer,
          clock,
          chance,
        },
      }),
      ...(responsesWith && {
        responses: { client, keyId: responsesWith, entityId: entityIdOf(issuer), clock, chance },
      }),
    }),
  };
};

/** Known by the time that something is signed, without a trip of its own; what fails now is asked for again then. */
const knownSoon = <T>(publicKey: (keyId: string) => Promise<T>, keyId: string): ((keyId: string) => Promise<T>) => {
  publicKey(keyId).catch(() => undefined);
  return publicKey;
};
