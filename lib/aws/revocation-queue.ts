import type { Revocation, Revocations } from '../broker/ports.ts';
import { certain } from '../domain/invariant.ts';
import { type FifoQueue, sendTo } from './fifo-queue.ts';

/** Revocations on a FIFO queue, one group a role, so that nobody else writes its boundary meanwhile. What is sent names the request only. */
export const sqsRevocations = (queue: FifoQueue): Revocations => ({
  send: ({ id, requestId, roleArn }: Revocation) =>
    sendTo(queue, 'a revocation', { id, group: groupOf(roleArn), body: { requestId } }),
});

/** A role's name is its account's own, whatever path it stands under; and an ARN may be longer than a group's name. */
const groupOf = (roleArn: string): string =>
  `${certain(roleArn.split(':')[4], 'a role without an account')}/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}`;
