import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type RequestSummary, positionOf } from '../broker/summary.ts';
import { deciderKeys } from '../domain/access.ts';
import { approvalsNeeded } from '../domain/stages.ts';

/**
 * A month's requests are spread over so many partitions of the index, since one takes 1,000 writes a second. Never lowered: lists would
 * lose some.
 */
export const MONTH_SHARDS = 4;

/**
 * One item for the request itself, and one for each group or person that it asks, also those whom it asks only later. The latter carry `pendingGroup` only while the request
 * still misses an approval, so that the index of open requests holds nothing else.
 */
export const summaryItems = (summary: RequestSummary): Record<string, AttributeValue>[] => {
  const common = {
    pk: { S: `request#${summary.id}` },
    seq: { N: String(summary.seq) },
    createdKey: { S: positionOf(summary) },
    summary: { S: JSON.stringify(summary) },
  };
  const own = {
    ...common,
    sk: { S: 'summary' },
    requester: { S: summary.requester },
    monthShard: { S: monthShard(monthOf(summary.createdAt), shardOf(summary.id, MONTH_SHARDS)) },
  };
  return [own, ...deciderKeys(summary).map((key) => ({ ...common, ...approverAttributes(summary, key) }))];
};

const approverAttributes = (summary: RequestSummary, key: string): Record<string, AttributeValue> => ({
  sk: { S: `approver#${key}` },
  approverGroup: { S: key },
  ...(isOpen(summary) ? { pendingGroup: { S: key } } : {}),
});

/** Whether an approval is still missing. That its time may be over is seen when it is read. */
const isOpen = (summary: RequestSummary): boolean => summary.closed === undefined && approvalsNeeded(summary) > 0;

export const monthShard = (month: string, shard: number): string => `${month}#${shard}`;

/** `yyyy-mm`, UTC. */
export const monthOf = (instant: string): string => instant.slice(0, 7);

/** Spread evenly, and always the same. */
export const shardOf = (id: string, shards: number): number =>
  createHash('sha256').update(id).digest().readUInt8() % shards;
