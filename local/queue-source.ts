import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { inTurns } from './in-turns.ts';

export interface QueueSourceOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** Of the function's own role: Lambda reads the queue with it. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly batchSize: number;
  /** Calls the function with an event as Lambda makes it of a queue. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Told of each message that the function took, once it did. */
  readonly onTaken?: (body: string) => void;
  /** From one look to the next, in ms. Without it only `poll` looks. */
  readonly intervalMs?: number | undefined;
  readonly log: (line: string) => void;
}

export interface QueueSource {
  /** Hands over what is there, batch by batch; what failed comes again when its time out of sight is over. */
  poll(): Promise<void>;
  close(): Promise<void>;
}

const answer = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** Lambda's event source of a queue, with partial batch responses ("Using Lambda with Amazon SQS"). */
export const startQueueSource = (options: QueueSourceOptions): QueueSource => {
  const { endpoint, region, credentials, queueUrl: QueueUrl, queueArn, batchSize } = options;
  const { invoke, onTaken = () => undefined, intervalMs, log } = options;
  const client = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });

  const failedOf = async (event: { readonly Records: readonly { readonly messageId: string }[] }) => {
    try {
      const { batchItemFailures } = answer.parse(await invoke(event));
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    } catch (error) {
      log(`a batch of ${queueArn} failed: ${error instanceof Error ? error.message : String(error)}`);
      return event.Records.map(({ messageId }) => messageId);
    }
  };

  const look = async (): Promise<void> => {
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: batchSize,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId'],
        }),
      );
      if (Messages.length === 0) return;
      const Records = Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
        ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes },
        ...{ eventSource: 'aws:sqs', eventSourceARN: queueArn, awsRegion: region },
      }));
      const failed = await failedOf({ Records });
      for (const { messageId, receiptHandle: ReceiptHandle, body } of Records) {
        if (failed.includes(messageId)) continue;
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        onTaken(body);
      }
    }
  };

  const turns = inTurns(look, {
    intervalMs: intervalMs === undefined ? undefined : () => intervalMs,
    onFailure: (error) => {
      log(`${queueArn} was not read: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  return {
    poll: turns.now,
    close: async () => {
      await turns.close();
      client.destroy();
    },
  };
};
