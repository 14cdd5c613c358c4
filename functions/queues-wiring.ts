import type { FifoQueue } from '../lib/aws/fifo-queue.ts';
import { sqsLinkNotices, sqsNotices } from '../lib/aws/notice-queue.ts';
import { sqsRevocations } from '../lib/aws/revocation-queue.ts';
import { sqsClient } from '../lib/aws/sqs-client.ts';
import type { LinkNotices } from '../lib/broker/link-notice.ts';
import type { Notices, Revocations } from '../lib/broker/ports.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';

export interface Queues {
  readonly notices: Notices;
  readonly linkNotices: LinkNotices;
  readonly revocations: Revocations;
}

/**
 * The queues of whoever follows the ledger or the time.
 *
 * @throws TypeError when the function has none to put things on: a wrong deployment fails at its first start.
 */
export const queuesOf = (config: Config): Queues => {
  const { noticesQueue, revocationsQueue } = config;
  if (noticesQueue === undefined) throw new TypeError('NOTICES_QUEUE is not set: nobody would be told anything');
  if (revocationsQueue === undefined) throw new TypeError('REVOCATIONS_QUEUE is not set: no session would be ended');
  const client = sqsClient(awsAccess(config, 'sqs'));
  const at = (queueUrl: string): FifoQueue => ({ client, queueUrl });
  const notices = at(noticesQueue);
  return {
    notices: sqsNotices(notices),
    linkNotices: sqsLinkNotices(notices),
    revocations: sqsRevocations(at(revocationsQueue)),
  };
};
