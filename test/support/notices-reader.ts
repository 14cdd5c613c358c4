import { setTimeout as pause } from 'node:timers/promises';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

const notice = z.object({
  id: z.string(),
  kind: z.string(),
  requestId: z.string(),
  entitlementId: z.string(),
  to: z.array(
    z.union([
      z.object({ role: z.literal('requester'), handle: z.string() }),
      z.object({ role: z.literal('channel'), channel: z.string() }),
      z.object({
        role: z.enum(['approvers', 'reviewers']),
        groups: z.array(z.string()),
        people: z.array(z.object({ provider: z.string(), subject: z.string() })).default([]),
      }),
    ]),
  ),
});

export type ReadNotice = z.infer<typeof notice>;

export interface NoticesReader {
  /** Reads what is there, and passes on each once. */
  poll(): Promise<void>;
  close(): Promise<void>;
}

export interface NoticesReaderOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly queueUrl: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly onNotice: (notice: ReadNotice) => void;
  /** Without it only `poll` reads. */
  readonly intervalMs?: number | undefined;
  readonly log: (line: string) => void;
}

/** Reads the queue of notices in the place of on-notice: each is taken away once it was passed on, and one that comes again is passed over. */
export const startNoticesReader = (options: NoticesReaderOptions): NoticesReader => {
  const { endpoint, region, credentials, queueUrl: QueueUrl, onNotice, intervalMs, log } = options;
  const client = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });
  const passedOn = new Set<string>();
  const closing = new AbortController();

  const poll = async (): Promise<void> => {
    for (;;) {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return;
      for (const { Body = '', ReceiptHandle } of Messages) {
        const one = notice.parse(JSON.parse(Body));
        if (!passedOn.has(one.id)) onNotice(one);
        passedOn.add(one.id);
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };

  const follow = async (ms: number): Promise<void> => {
    while (!closing.signal.aborted) {
      await poll().catch((error: unknown) => {
        log(`notices were not read: ${error instanceof Error ? error.message : String(error)}`);
      });
      await pause(ms, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };

  const following = intervalMs === undefined ? Promise.resolve() : follow(intervalMs);
  return {
    poll,
    close: async () => {
      closing.abort();
      await following;
      client.destroy();
    },
  };
};
