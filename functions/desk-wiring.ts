import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDirectory } from '../lib/aws/directory.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoSessions } from '../lib/aws/sessions.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import type { Desk } from '../lib/broker/broker.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import { resolveSecrets } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { ticketServices } from '../lib/outbound/ticket-services.ts';

/** What the use cases of requests work with, on AWS; and where sessions are found. */
export const deskParts = ({ policy, region, tables, endpoints, outside }: Config, around: Surroundings) => {
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
    tickets: ticketServices(outside.tickets, {
      resolveSecret: outsideSecrets(region),
      onUnavailable: (provider, cause) => {
        logger.error('a ticket service could not be asked', { provider }, cause);
      },
    }),
    warn: (message, cause) => {
      logger.error(message, {}, cause);
    },
  };
  return { desk, sessions: dynamoSessions(identity) };
};

/** Loaded when an outside service is first asked: most calls have nothing to do with one. */
export const outsideSecrets = (region: string) =>
  resolveSecrets(async (kind, name) => {
    const { parameterStore } = await import('../lib/aws/parameter-store.ts');
    return parameterStore({ region })(kind, name);
  });
