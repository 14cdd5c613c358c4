import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { dynamoChatCodes, dynamoChatLinks } from '../lib/aws/chat-links.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoLimits } from '../lib/aws/limits.ts';
import { dynamoSessions } from '../lib/aws/sessions.ts';
import { surroundings } from '../lib/broker/system.ts';
import type { ChatAct } from '../lib/chatops/act.ts';
import { parseChatAct } from '../lib/chatops/act-schema.ts';
import { type Card, type Chat, ChatError } from '../lib/chatops/port.ts';
import { notDoneCard } from '../lib/chatops/replies.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { secondsBetween } from '../lib/domain/time.ts';
import { awsAccess } from './aws-access.ts';
import { type ChatDesk, doChatAct, requestPathOf } from './chat-acts.ts';
import { voicesOf } from './chat-wiring.ts';
import { deskParts } from './desk-wiring.ts';
import { meterOf } from './meter-of.ts';

const queueEvent = z.object({
  Records: z.array(
    z.object({
      ...{ messageId: z.string(), body: z.string() },
      attributes: z.object({ ApproximateReceiveCount: z.string() }),
    }),
  ),
});

type Message = z.infer<typeof queueEvent>['Records'][number];

/** What failed so often does not come again; that serverless/chat.yml says the same, a law of the template sees to. */
export const MAX_RECEIVES = 5;

/** Whoever pressed so long ago has gone on: they press again if they still mean it. */
const STALE_SECONDS = 600;

/** What is not dealt with by then comes again. */
const RUN_MS = 45_000;

/** Called with what was said in chat, that on one request in its order; answers which are to be told again. */
export const create = (
  config: Config,
  around = surroundings('on-chat-act'),
  chats: readonly Chat[] = voicesOf(config, around).map(({ chat }) => chat),
) => {
  const { clock, chance, logger } = around;
  const identity = { client: dynamoDbClient(awsAccess(config, 'dynamodb')), table: config.tables.identity, clock };
  const chatDesk: ChatDesk = {
    desk: deskParts(config, around).desk,
    links: dynamoChatLinks(identity),
    sessions: dynamoSessions(identity),
    meter: meterOf(config, around),
    begin: { codes: dynamoChatCodes(identity), limits: dynamoLimits(identity), clock, chance },
  };

  /** What was decided is decided: an answer that nobody hears is no reason to do it again. */
  const answer = async (chat: Chat, act: ChatAct, card: Card): Promise<void> =>
    (act.saying.type === 'home' ? chat.home(act.account, [card]) : chat.whisper(act, card)).catch((error: unknown) => {
      logger.error('whoever acted in chat was not answered', { provider: chat.platform }, error);
    });

  /** Whether it is dealt with. Whoever acted hears of it where it never will be: they believe that they said yes, or no. */
  const dealtWith = async ({ body, attributes }: Message, remainingMs: () => number): Promise<boolean> => {
    const act = parseChatAct(body);
    const chat = chats.find(({ platform }) => platform === act?.account.platform);
    // None of ours: it ends up among the failures, where somebody looks at it.
    if (!act || !chat) return false;
    if (secondsBetween(act.at, clock.now()) > STALE_SECONDS) {
      logger.warn('what was said in chat came too late, and was not done', { provider: chat.platform });
      await answer(chat, act, notDoneCard(requestPathOf(act)));
      return true;
    }
    try {
      const card = await doChatAct(chatDesk, chat, act, { remainingMs });
      if (card) await answer(chat, act, card);
      return true;
    } catch (error) {
      logger.error('what was said in chat was not done', { provider: chat.platform }, error);
      // What the platform will never take, it will not take later.
      const isOver = error instanceof ChatError && !error.mayPass;
      if (isOver || Number(attributes.ApproximateReceiveCount) >= MAX_RECEIVES)
        await answer(chat, act, notDoneCard(requestPathOf(act)));
      return isOver;
    }
  };

  return async (event: unknown): Promise<SQSBatchResponse> => {
    const until = performance.now() + RUN_MS;
    const { Records } = queueEvent.parse(event);
    for (const [index, message] of Records.entries()) {
      if (await dealtWith(message, () => until - performance.now())) continue;
      // What comes after it may be of the same group: SQS developer guide, "Using FIFO queues with AWS Lambda".
      return { batchItemFailures: Records.slice(index).map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }
    return { batchItemFailures: [] };
  };
};

export const handler = onLambda(create);
