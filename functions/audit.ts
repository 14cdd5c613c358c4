import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoSearchIndex } from '../lib/aws/search-index.ts';
import { searchLedger } from '../lib/broker/search/search.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { api } from '../lib/http/api.ts';
import { auditRoutes } from '../lib/http/contract/audit.ts';
import { awsAccess } from './aws-access.ts';
import { deskParts } from './desk-wiring.ts';

/** Reads, for auditors, and writes nothing. */
export const create = (config: Config, { clock, chance, logger } = surroundings('audit')) => {
  const { desk, authenticate } = deskParts(config, { clock, chance, logger });
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const search = dynamoSearchIndex({ client, table: config.tables.index, warn: desk.warn });
  return api({
    ...{ origin: config.origin, logger, authenticate },
    contract: auditRoutes,
    routes: {
      'GET /v1/audit': async ({ query, ...call }) => ({
        status: 200,
        json: await searchLedger({ ...desk, search }, await call.principal, query),
      }),
    },
  });
};

export const handler = onLambda(create);
