import type { DynamoDBBatchResponse } from 'aws-lambda';
import { dynamoAnomalyMarks } from '../lib/aws/anomaly-marks.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { ledgerChangeOf } from '../lib/aws/ledger-change.ts';
import { dynamoDues } from '../lib/aws/dues.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoSearchIndex } from '../lib/aws/search-index.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { queuesOf } from './queues-wiring.ts';
import { type AnomalyWatch, watchForAnomalies } from '../lib/broker/anomalies/watch.ts';
import { measureEvent } from '../lib/broker/measure-event.ts';
import { sideBySide } from '../lib/broker/side-by-side.ts';
import { surroundings } from '../lib/broker/system.ts';
import { LANES, type LedgerChange, type LedgerWatch, watchLedger } from '../lib/broker/watch-ledger.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';
import { anomaliesOn } from './bus-wiring.ts';
import { type LedgerRecord, ledgerRecordsIn } from './ledger-records.ts';
import { meterOf } from './meter-of.ts';
import { warningTo } from './warning-to.ts';

/** Called with the records of the ledger's stream; answers which of them must be told again ("Reporting batch item failures"). */
export const create = (config: Config, around = surroundings('on-ledger-event')) => {
  const { clock, chance, logger } = around;
  const { policy, tables } = config;
  const meter = meterOf(config, around);
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const watch: LedgerWatch = {
    ...{ policy, clock, chance },
    ...queuesOf(config),
    ledger: dynamoLedger({ client, table: tables.ledger }),
    dues: dynamoDues({ client, table: tables.index }),
    summaries: dynamoSummaries({ client, table: tables.index, warn: warningTo(logger) }),
    search: dynamoSearchIndex({ client, table: tables.index, warn: warningTo(logger) }),
    alarm: ({ stream, seq, change }) => {
      // An alarm of CloudWatch's waits for this message: serverless/alarms.yml.
      logger.error('ledger.altered', { stream, seq, reason: change });
    },
  };
  const publish = anomaliesOn(config, (ms) => clock.pause(ms));
  const unusual: AnomalyWatch = {
    ...{ ledger: watch.ledger, marks: dynamoAnomalyMarks({ client, table: tables.index }) },
    summaries: dynamoSummaries({ client, table: tables.index, warn: warningTo(logger) }),
    tell: async (anomaly) => {
      // An alarm of CloudWatch's waits for this message: serverless/anomalies.yml.
      logger.warn('anomaly.found', { reason: `${anomaly.kind}: ${anomaly.about}`, handle: anomaly.person });
      await publish(anomaly);
    },
  };

  /** Nothing waits for it, and nothing is told again for its sake. */
  const lookAt = async (change: LedgerChange): Promise<void> => {
    try {
      if (change.kind === 'appended') await watchForAnomalies(unusual, change.event);
    } catch (error) {
      logger.error('what is unusual was not looked for', {}, error);
    }
  };

  const follow = async (change: LedgerChange): Promise<void> => {
    const request = await watchLedger(watch, change);
    if (change.kind === 'appended') measureEvent(meter, change.event, request);
    await lookAt(change);
  };

  return async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: DynamoDBBatchResponse['batchItemFailures'] = [];
    const trying = async <T>(record: LedgerRecord, work: () => T | Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        logger.error('a change of the ledger was not dealt with', {}, error);
        batchItemFailures.push({ itemIdentifier: record.dynamodb.SequenceNumber });
        return undefined;
      }
    };
    const told = await Promise.all(
      ledgerRecordsIn(event).map(async (record) => ({
        record,
        change: await trying(record, () => ledgerChangeOf(record)),
      })),
    );
    const turns = Map.groupBy(told, ({ change }) => turnOf(change)).values();
    await sideBySide(turns, LANES, async ({ record, change }) => {
      if (change) await trying(record, () => follow(change));
    });
    meter.flush();
    return { batchItemFailures };
  };
};

/** Changes of one stream are followed in their order; alarms one after the other too, since they all go into the day's stream. */
const turnOf = (change: LedgerChange | undefined): string => (change?.kind === 'appended' ? change.stream : 'alarms');

export const handler = onLambda(create);
