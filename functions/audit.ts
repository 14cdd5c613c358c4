import { kmsCheckpointSigner } from '../lib/aws/checkpoint-signer.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { kmsClient } from '../lib/aws/kms-client.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../lib/aws/log-places.ts';
import { dynamoSearchIndex } from '../lib/aws/search-index.ts';
import { dossierOf } from '../lib/broker/dossier/dossier.ts';
import { searchLedger } from '../lib/broker/search/search.ts';
import { surroundings } from '../lib/broker/system.ts';
import { type RecordReader, verifyRecord } from '../lib/broker/verify/verify-record.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { api } from '../lib/http/api.ts';
import { auditRoutes } from '../lib/http/contract/audit.ts';
import { awsAccess } from './aws-access.ts';
import { deskParts } from './desk-wiring.ts';
import { meterOf } from './meter-of.ts';

/** Reads, for auditors, and writes nothing. */
export const create = (config: Config, around = surroundings('audit')) => {
  const { desk, authenticate } = deskParts(config, around);
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const search = dynamoSearchIndex({ client, table: config.tables.index, warn: desk.warn });
  const log = logReader(config, client);
  return api({
    ...{ origin: config.origin, logger: around.logger, authenticate, meter: meterOf(config, around) },
    contract: auditRoutes,
    routes: {
      'GET /v1/audit': async ({ query, ...call }) => ({
        status: 200,
        json: await searchLedger({ ...desk, search }, await call.principal, query),
      }),
      'GET /v1/audit/requests/{id}': async ({ path, ...call }) => ({
        status: 200,
        json: await dossierOf(desk, log, await call.principal, path.id),
      }),
      'GET /v1/audit/verify': async ({ query, ...call }) => ({
        status: 200,
        json: await verifyRecord(desk, log, await call.principal, query),
      }),
    },
  });
};

const logReader = (config: Config, client: ReturnType<typeof dynamoDbClient>): RecordReader => {
  const { checkpointKeys, tables } = config;
  const [signing, ...before] = checkpointKeys;
  const keys = (ids: readonly [string, ...string[]]) =>
    kmsCheckpointSigner({ client: kmsClient(awsAccess(config, 'kms')), keyIds: ids }).keys;
  const places = dynamoLogPlaces({ client, table: tables.index });
  const ledger = dynamoLedger({ client, table: tables.ledger });
  return {
    ...{ ledger, items: { items: ledger.items, tile: places.tile }, places },
    // A key that is not known proves nothing.
    checkpointKeys: signing === undefined ? () => Promise.resolve([]) : keys([signing, ...before]),
  };
};

export const handler = onLambda(create);
