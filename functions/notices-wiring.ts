import { sqsNotices } from '../lib/aws/notice-queue.ts';
import { sqsClient } from '../lib/aws/sqs-client.ts';
import type { Notices } from '../lib/broker/ports.ts';

/** @throws TypeError when the function has no queue to put notices on: a wrong deployment fails at its first start. */
export const noticesOf = (queueUrl: string | undefined, region: string, endpoint: string | undefined): Notices => {
  if (queueUrl === undefined) throw new TypeError('NOTICES_QUEUE is not set: nobody would be told anything');
  return sqsNotices({ client: sqsClient({ region, ...(endpoint === undefined ? {} : { endpoint }) }), queueUrl });
};
