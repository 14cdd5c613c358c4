import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoAttempts } from '../lib/aws/attempts.ts';
import { dynamoChatCodes, dynamoChatLinks } from '../lib/aws/chat-links.ts';
import { dynamoDevices } from '../lib/aws/devices.ts';
import { dynamoDirectory } from '../lib/aws/directory.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoLimits } from '../lib/aws/limits.ts';
import { parameterStore } from '../lib/aws/parameter-store.ts';
import { dynamoCodes, dynamoFamilies, dynamoRefreshTokens } from '../lib/aws/refresh-families.ts';
import { dynamoReplayGuard } from '../lib/aws/replay-guard.ts';
import { dynamoParkedSignIns, dynamoSamlAttempts } from '../lib/aws/saml-sign-ins.ts';
import { dynamoSessions } from '../lib/aws/sessions.ts';
import { dynamoUpstreamTokens } from '../lib/aws/upstream-tokens.ts';
import { seal } from '../lib/broker/chain.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import type { LinkParts } from '../lib/chatops/link.ts';
import { resolveSecrets } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { readSamlMetadata } from '../lib/config/saml-provider-metadata.ts';
import { HatcheckError, refuse } from '../lib/domain/errors.ts';
import { handleOf } from '../lib/identity/handle.ts';
import { providerDocuments } from '../lib/identity/keys.ts';
import type { DeviceParts } from '../lib/identity/oauth/grant-parts.ts';
import type { CallbackParts } from '../lib/identity/oidc-callback.ts';
import { boundedFetch } from '../lib/outbound/bounded-fetch.ts';
import { providerFetch } from '../lib/identity/provider-fetch.ts';
import { samlDocuments } from '../lib/identity/saml-documents.ts';
import type { SamlLoginParts } from '../lib/identity/saml-login.ts';
import { recordChatLink } from './kept-chat-links.ts';
import { type KeptIdentities, keptIdentities } from './kept-identities.ts';
import { awsAccess } from './aws-access.ts';
import { warningTo } from './warning-to.ts';

/** As much as its reader takes. */
const MAX_SAML_METADATA_BYTES = 256 * 1024;

/** What `signin` and `token` work with. Only these two functions hold the pepper. */
export const signInParts = (
  config: Config,
  { clock, chance, logger }: Surroundings,
): CallbackParts & SamlLoginParts & DeviceParts & { readonly identities: KeptIdentities; readonly chat: LinkParts } => {
  const { policy, region, origin, identityProviders, tables, pepper } = config;
  if (pepper === undefined) throw new TypeError('HATCHECK_PEPPER is not set: without it nobody has a handle');
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const identity = { client, table: tables.identity, clock };
  const ledger = dynamoLedger({ client, table: tables.ledger });
  const directory = dynamoDirectory(identity);
  const limits = dynamoLimits(identity);
  const replayGuard = dynamoReplayGuard(identity);
  const fetchJson = providerFetch();
  const onStale = (issuer: string, cause: unknown): void => {
    logger.error('the keys of an identity provider could not be renewed', { provider: issuer }, cause);
  };
  const resolveSecret = resolveSecrets(parameterStore({ region }));
  return {
    ...{ clock, chance, origin, fetchJson, providers: identityProviders, resolveSecret },
    documents: providerDocuments({ fetchJson, clock, onStale }),
    samlDocuments: samlDocuments({
      ...{ clock, onStale, readMetadata: readSamlMetadata },
      fetchBytes: boundedFetch({ maxBytes: MAX_SAML_METADATA_BYTES }),
    }),
    handleOf: async (issuer, subject) => handleOf(await resolveSecret(pepper), issuer, subject),
    ledger: {
      begin: async (stream, event) => {
        const sealed = seal(undefined, stream, { ...event, policy: policy.version });
        if ((await ledger.append(sealed)) === 'conflict')
          throw new HatcheckError(refuse('ledger_unavailable', `${stream} was begun by somebody else`));
      },
    },
    sessions: dynamoSessions(identity),
    attempts: dynamoAttempts(identity),
    codes: dynamoCodes(identity),
    families: dynamoFamilies(identity),
    refreshTokens: dynamoRefreshTokens(identity),
    upstream: dynamoUpstreamTokens(identity),
    warn: warningTo(logger),
    devices: dynamoDevices(identity),
    limits,
    samlAttempts: dynamoSamlAttempts(identity),
    parkedSignIns: dynamoParkedSignIns(identity),
    replayGuard,
    chat: {
      ...{ limits, replayGuard, clock, codes: dynamoChatCodes(identity), links: dynamoChatLinks(identity) },
      record: recordChatLink({ policy, ledger, clock, chance }),
    },
    directory,
    identities: keptIdentities({ policy, ledger, clock, chance, people: directory }),
  };
};
