import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { sendTo } from '../lib/aws/fifo-queue.ts';
import { backOffSeconds, comeAgainIn } from '../lib/aws/queue-back-off.ts';
import { surroundings } from '../lib/broker/system.ts';
import { parseLinkNotice, parseNotice } from '../lib/chatops/notice-schema.ts';
import { tellLink } from '../lib/chatops/tell-link.ts';
import { NotToldError, tellNotice } from '../lib/chatops/tell.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { noticeQueuesOf, tellerOf } from './telling-wiring.ts';

const queueEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.string(), MessageGroupId: z.string() }),
    }),
  ),
});

type Message = z.infer<typeof queueEvent>['Records'][number];

/** What nobody came to by then comes again. */
const RUN_MS = 45_000;

/** Called with who is to be told what, one message of a request at a time; answers which are to be told again. */
export const create = (config: Config, { clock, logger } = surroundings('on-notice')) => {
  const teller = tellerOf(config, { clock, logger });
  const { notices, failures } = noticeQueuesOf(config);

  /** Whether it is dealt with: told, or set aside where somebody looks at it. */
  const dealWith = async ({ body, receiptHandle, attributes, messageId }: Message): Promise<boolean> => {
    const notice = parseNotice(body) ?? parseLinkNotice(body);
    const { id } = notice ?? { id: messageId };
    const requestId = notice && 'requestId' in notice ? notice.requestId : '';
    const setAside = async (): Promise<true> => {
      await sendTo(failures, 'a notice', { id, group: attributes.MessageGroupId, body: notice ?? { body } });
      return true;
    };
    if (!notice) return setAside();
    try {
      await ('requestId' in notice ? tellNotice(teller, notice) : tellLink(teller, notice));
      return true;
    } catch (error) {
      logger.error('somebody was not told', { eventId: id, requestId }, error);
      if (!(error instanceof NotToldError)) return false;
      if (!error.mayPass) return setAside();
      const receives = Number(attributes.ApproximateReceiveCount);
      await comeAgainIn(notices, receiptHandle, backOffSeconds(receives, error.retryAfterMs));
      return false;
    }
  };

  return async (event: unknown): Promise<SQSBatchResponse> => {
    const until = performance.now() + RUN_MS;
    const failed: string[] = [];
    // What comes after one that failed waits for it: SQS developer guide, "Using FIFO queues with AWS Lambda".
    const waiting = new Set<string>();
    for (const message of queueEvent.parse(event).Records) {
      const group = message.attributes.MessageGroupId;
      const isDone =
        !waiting.has(group) &&
        performance.now() < until &&
        (await dealWith(message).catch((error: unknown) => {
          logger.error('a notice could be neither put off nor set aside', {}, error);
          return false;
        }));
      if (isDone) continue;
      failed.push(message.messageId);
      waiting.add(group);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

export const handler = onLambda(create);
