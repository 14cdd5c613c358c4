import { join } from 'node:path';
import { parseNotice } from '../lib/chatops/notice-schema.ts';
import { certain } from '../lib/domain/invariant.ts';
import type { LocalAws } from './aws/server.ts';
import type { EmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { FUNCTION_CREDENTIALS_SECONDS } from './function-environment.ts';
import type { Functions } from './gateway/functions.ts';
import { type LedgerStream, startLedgerStream } from './ledger-stream.ts';
import { type QueueSource, startQueueSource } from './queue-source.ts';
import { queueOf } from './queues.ts';
import { roleOf } from './role-of.ts';
import { REGION, type StackOptions } from './stack-options.ts';
import type { LocalStack } from './template.ts';

/** The functions that are called with what is on a queue. */
export const followQueues = (
  { log, onNotice = () => undefined, ledgerStreamIntervalMs = 1000 }: StackOptions,
  { template, aws, functions }: { template: LocalStack; aws: LocalAws; functions: Functions },
): readonly (QueueSource & { readonly functionId: string })[] =>
  template.eventSources
    .filter(({ sourceArn }) => sourceArn.includes(':sqs:'))
    .map(({ functionId, sourceArn, batchSize }) => ({
      functionId,
      ...startQueueSource({
        ...{ endpoint: aws.endpoint, region: REGION, batchSize },
        queueUrl: queueOf(template, sourceArn).url,
        queueArn: sourceArn,
        credentials: aws.credentialsFor(roleOf(template, functionId).arn, 'lambda', FUNCTION_CREDENTIALS_SECONDS),
        invoke: (event) => functions.invoke(functionId, event),
        onTaken: (body) => {
          const notice = functionId === 'on-notice' ? parseNotice(body) : undefined;
          if (notice) onNotice(notice);
        },
        intervalMs: ledgerStreamIntervalMs,
        log: (line) => {
          log(functionId, line);
        },
      }),
    }));

/** The one table with a stream, and the functions that are called with its changes. */
export const followLedger = (
  { folder, log, ledgerStreamIntervalMs = 1000 }: StackOptions,
  { template, database, functions }: { template: LocalStack; database: EmbeddedDynamoDb; functions: Functions },
): Promise<LedgerStream> => {
  const table = Object.values(template.tables).find(({ streamArn }) => streamArn !== undefined);
  const sources = template.eventSources.filter(({ sourceArn }) => sourceArn === table?.streamArn);
  return startLedgerStream({
    endpoint: database.endpoint,
    table: certain(table?.createTable.TableName, 'the ledger has a stream'),
    consumers: sources.map(({ functionId, batchSize, givesUp }) => ({
      invoke: (event) => functions.invoke(functionId, event),
      file: join(folder, `stream-${functionId}.json`),
      ...{ batchSize, givesUp },
      log: (line) => {
        log(functionId, line);
      },
    })),
    intervalMs: ledgerStreamIntervalMs,
    log: (line) => {
      log('on-ledger-event', line);
    },
  });
};
