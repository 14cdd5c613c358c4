import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDirectory } from '../lib/aws/directory.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoSessions } from '../lib/aws/sessions.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import type { Desk } from '../lib/broker/broker.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import type { Config } from '../lib/config/environment.ts';
import type { CallerSession } from '../lib/http/api.ts';
import { authenticator } from '../lib/identity/sessions.ts';
import { onCallOf, ticketsOf } from './outside-wiring.ts';
import { awsAccess } from './aws-access.ts';
import { warningTo } from './warning-to.ts';

/** What the use cases of requests work with, on AWS; and who calls them. */
export const deskParts = (config: Config, around: Surroundings) => {
  const { policy, tables } = config;
  const { clock, chance, logger } = around;
  const warn = warningTo(logger);
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const identity = { client, table: tables.identity, clock, logger };
  const desk: Desk = {
    ...{ policy, clock, chance, people: dynamoDirectory(identity), texts: dynamoTexts({ ...identity, warn }) },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    summaries: dynamoSummaries({ client, table: tables.index, warn }),
    tickets: ticketsOf(config, around),
    ...onCallOf(config, around),
    warn,
  };
  return {
    desk,
    identity,
    authenticate: authenticator({ sessions: dynamoSessions(identity), clock }),
  };
};

/** Who acts, and by which way. */
export const callerOf = async ({ session }: { readonly session: Promise<CallerSession> }) => {
  const { principal, via } = await session;
  return { principal, channel: via === 'cookie' ? ('portal' as const) : ('bearer' as const) };
};
