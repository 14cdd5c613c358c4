import type { FifoQueue } from '../lib/aws/fifo-queue.ts';
import { sqsNotices } from '../lib/aws/notice-queue.ts';
import { sqsRevocations } from '../lib/aws/revocation-queue.ts';
import { sqsClient } from '../lib/aws/sqs-client.ts';
import type { Notices, Revocations } from '../lib/broker/ports.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';

/**
 * The queues of whoever follows the ledger or the time.
 *
 * @throws TypeError when the function has none to put things on: a wrong deployment fails at its first start.
 */
export const queuesOf = (config: Config): { readonly notices: Notices; readonly revocations: Revocations } => {
  const { noticesQueue, revocationsQueue } = config;
  if (noticesQueue === undefined) throw new TypeError('NOTICES_QUEUE is not set: nobody would be told anything');
  if (revocationsQueue === undefined) throw new TypeError('REVOCATIONS_QUEUE is not set: no session would be ended');
  const client = sqsClient(awsAccess(config, 'sqs'));
  const at = (queueUrl: string): FifoQueue => ({ client, queueUrl });
  return { notices: sqsNotices(at(noticesQueue)), revocations: sqsRevocations(at(revocationsQueue)) };
};
