import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { HatcheckError } from '../domain/errors.ts';
import type { FifoQueue } from './fifo-queue.ts';

/** A quarter of an hour: longer waits would not be noticed sooner by whoever mends it. */
const MOST_SECONDS = 900;
const FIRST_SECONDS = 15;

/** Twice as long each time. @param receives how often it was taken from the queue so far, this time too */
export const backOffSeconds = (receives: number, retryAfterMs: number): number =>
  Math.min(MOST_SECONDS, Math.max(FIRST_SECONDS * 2 ** (receives - 1), Math.ceil(retryAfterMs / 1000)));

/** The message comes again after that, and not before; of its group none comes meanwhile. @throws HatcheckError `aws_unavailable` */
export const comeAgainIn = async ({ client, queueUrl }: FifoQueue, receiptHandle: string, seconds: number) => {
  try {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  } catch (cause) {
    throw new HatcheckError({ code: 'aws_unavailable', reason: 'a message could not be put off' }, { cause });
  }
};
