import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Broker } from '../broker/broker.ts';
import type { Summaries } from '../broker/ports.ts';
import { duesOf } from '../domain/due.ts';
import { dueItem } from './dues.ts';
import type { DynamoTable } from './ledger.ts';
import { everybody } from './summary-months.ts';
import { type Partition, mergedPage, newestOf } from './summary-query.ts';
import { summaryItems } from './summary-items.ts';
import { wasWritten } from './unavailable.ts';

export interface SummariesOptions extends DynamoTable {
  /** Told of an item that holds no summary; it is left out of the list. */
  readonly warn: Broker['warn'];
}

/** Request summaries in the index table. Lists read its indexes only, which may lag by a moment: nothing here decides anything. */
export const dynamoSummaries = ({ warn, ...at }: SummariesOptions): Summaries => {
  const newest = newestOf(at, warn);
  return {
    put: async (summary) => {
      await Promise.all([
        ...duesOf(summary).map((due) =>
          wasWritten(
            'a due cannot be written',
            at.client.send(
              new PutItemCommand({
                TableName: at.table,
                Item: dueItem(due),
                // One that was dealt with stays so.
                ConditionExpression: 'attribute_not_exists(#pk)',
                ExpressionAttributeNames: { '#pk': 'pk' },
              }),
            ),
          ),
        ),
        ...summaryItems(summary).map((item) =>
          wasWritten(
            'a summary cannot be written',
            at.client.send(
              new PutItemCommand({
                TableName: at.table,
                Item: item,
                // Not to be written twice, or over a newer one: both are as it should be.
                ConditionExpression: 'attribute_not_exists(#pk) OR #seq < :seq',
                ExpressionAttributeNames: { '#pk': 'pk', '#seq': 'seq' },
                ExpressionAttributeValues: { ':seq': { N: String(summary.seq) } },
              }),
            ),
          ),
        ),
      ]);
    },
    ofRequester: (requester, page) =>
      mergedPage(newest, [{ index: 'byRequester', attribute: 'requester', value: requester }], page),
    ofApprovers: (keys, { open, ...page }) => mergedPage(newest, keys.map(approverPartition(open)), page),
    ofEverybody: (page) => everybody(newest, page),
  };
};

const approverPartition =
  (open: boolean) =>
  (key: string): Partition =>
    open
      ? { index: 'byPendingGroup', attribute: 'pendingGroup', value: key }
      : { index: 'byApprover', attribute: 'approverGroup', value: key };
