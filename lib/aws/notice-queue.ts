import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Notices } from '../broker/ports.ts';
import { HatcheckError } from '../domain/errors.ts';

/**
 * Notices on a FIFO queue, one group a request, so that whoever reads them sees those of one request in their order. Within five minutes
 * the queue itself drops what was sent before; later it is the reader who knows the id.
 */
export const sqsNotices = ({
  client,
  queueUrl,
}: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): Notices => ({
  send: async (notice) => {
    try {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(notice),
          MessageGroupId: notice.requestId,
          MessageDeduplicationId: notice.id,
        }),
      );
    } catch (cause) {
      throw new HatcheckError({ code: 'aws_unavailable', reason: 'a notice was not taken by the queue' }, { cause });
    }
  },
});
