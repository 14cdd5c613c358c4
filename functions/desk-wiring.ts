import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDirectory } from '../lib/aws/directory.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoSessions } from '../lib/aws/sessions.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import type { Desk } from '../lib/broker/broker.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import type { Config } from '../lib/config/environment.ts';
import { ticketsOf } from './outside-wiring.ts';

/** What the use cases of requests work with, on AWS; and where sessions are found. */
export const deskParts = (config: Config, around: Surroundings) => {
  const { policy, region, tables, endpoints } = config;
  const { clock, chance, logger } = around;
  const client = dynamoDbClient({
    region,
    ...(endpoints.dynamodb === undefined ? {} : { endpoint: endpoints.dynamodb }),
  });
  const identity = { client, table: tables.identity, clock, logger };
  const desk: Desk = {
    ...{ policy, clock, chance, people: dynamoDirectory(identity), texts: dynamoTexts(identity) },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    summaries: dynamoSummaries({ client, table: tables.index }),
    tickets: ticketsOf(config, around),
    warn: (message, cause) => {
      logger.error(message, {}, cause);
    },
  };
  return { desk, sessions: dynamoSessions(identity) };
};
