import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDues } from '../lib/aws/dues.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import { type Schedule, runDues } from '../lib/broker/run-dues.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { ticketsOf } from './outside-wiring.ts';
import { queuesOf } from './queues-wiring.ts';
import { awsAccess } from './aws-access.ts';
import { meterOf } from './meter-of.ts';
import { warningTo } from './warning-to.ts';
import { watchedDues } from './watched-dues.ts';

/** A run ends before the next one begins; what it did not come to is that one's. */
const RUN_MS = 50_000;

/** Called every minute. Two runs at once do no harm: what is done is done once, by the ledger and by the queue. */
export const create = (config: Config, around = surroundings('on-schedule')) => {
  const { policy, tables } = config;
  const { clock, chance, logger } = around;
  const meter = meterOf(config, around);
  const warn = warningTo(logger);
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const { dues, measure } = watchedDues(dynamoDues({ client, table: tables.index }), meter);
  const schedule: Schedule = {
    ...{ policy, clock, chance },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    dues,
    summaries: dynamoSummaries({ client, table: tables.index, warn }),
    texts: dynamoTexts({ client, table: tables.identity, clock, warn }),
    ...queuesOf(config),
    tickets: ticketsOf(config, around),
    intentLost: (requestId) => {
      // An alarm of CloudWatch's waits for this message: serverless/alarms.yml.
      logger.error('intent.lost', { requestId });
    },
    stillPending: (seconds, told) => {
      meter.put('Waited', seconds, told);
    },
    warn,
  };
  return async (): Promise<{ readonly done: number; readonly failed: number }> => {
    const until = performance.now() + RUN_MS;
    try {
      return await runDues(schedule, { remainingMs: () => until - performance.now() });
    } finally {
      measure();
      meter.flush();
    }
  };
};

export const handler = onLambda(create);
