import type { DynamoDBBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { ledgerChangeOf } from '../lib/aws/ledger-change.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../lib/aws/log-places.ts';
import { ForgedLogError, headOf } from '../lib/broker/log/head.ts';
import { rebuildPlaces } from '../lib/broker/log/keep-places.ts';
import { type Sequencer, sequence } from '../lib/broker/log/sequence.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import type { StoredEvent } from '../lib/domain/event.ts';
import { awsAccess } from './aws-access.ts';
import { busOf } from './bus-wiring.ts';
import { ledgerRecordsIn } from './ledger-records.ts';

/** By hand: docs/operations.md, "The log". */
const byHand = z.union([
  z.strictObject({ streams: z.array(z.string().check(z.minLength(1))).check(z.maxLength(100)) }),
  z.strictObject({ rebuild: z.literal(true) }),
]);

/** Tries end before Lambda ends them; what a try leaves half-way the next one makes good. */
const RUN_MS = 240_000;

/** Called with the records of the ledger's stream, one call at a time; answers from which on they must be told again. */
export const create = (config: Config, { clock, chance, logger } = surroundings('on-sequence')) => {
  const { policy, tables } = config;
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const sequencer: Sequencer = {
    ...{ policy, clock, chance },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    places: dynamoLogPlaces({ client, table: tables.index }),
    ...busOf(config, (ms) => clock.pause(ms)),
    // Alarms of CloudWatch's wait for these messages: serverless/log.yml.
    repaired: (what) => {
      logger.error('log.repaired', { reason: what });
    },
    gap: (stream, seq) => {
      logger.error('log.gap', { stream, seq });
    },
  };

  const put = async (events: readonly StoredEvent[]): Promise<void> => {
    const until = performance.now() + RUN_MS;
    try {
      await sequence(sequencer, events, { remainingMs: () => until - performance.now() });
    } catch (error) {
      if (error instanceof ForgedLogError) logger.error('log.forged', { seq: error.seq });
      throw error;
    }
  };

  const told = async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const records = ledgerRecordsIn(event);
    try {
      // What is no event any more is on-ledger-event's to tell.
      await put(records.map(ledgerChangeOf).flatMap((change) => (change.kind === 'appended' ? [change.event] : [])));
      return { batchItemFailures: [] };
    } catch (error) {
      logger.error('events were not put into the log', {}, error);
      // From the first of them on: an event goes in after those before it.
      return { batchItemFailures: records.slice(0, 1).map((r) => ({ itemIdentifier: r.dynamodb.SequenceNumber })) };
    }
  };

  return async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const { success, data } = byHand.safeParse(event);
    if (!success) return told(event);
    if ('streams' in data) {
      const lasts = await Promise.all(data.streams.map((stream) => sequencer.ledger.last(stream)));
      await put(lasts.filter((last) => last !== undefined));
    } else {
      const { last } = await headOf(sequencer.ledger);
      if (last) await rebuildPlaces(sequencer, last.seq);
    }
    return { batchItemFailures: [] };
  };
};

export const handler = onLambda(create);
