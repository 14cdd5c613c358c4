import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { HatcheckError } from '../domain/errors.ts';

export interface FifoQueue {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

interface Message {
  /** Within five minutes the queue itself drops what was sent with the same one before; later it is the reader who knows it. */
  readonly id: string;
  /** Messages of one group are read in their order, one after the other. At most 128 characters. */
  readonly group: string;
  readonly body: object;
}

/** @param what names it in the error. @throws HatcheckError `aws_unavailable`: send it again. */
export const sendTo = async (
  { client, queueUrl }: FifoQueue,
  what: string,
  { id, group, body }: Message,
): Promise<void> => {
  try {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(body),
        MessageGroupId: group,
        MessageDeduplicationId: id,
      }),
    );
  } catch (cause) {
    throw new HatcheckError({ code: 'aws_unavailable', reason: `${what} was not taken by the queue` }, { cause });
  }
};
