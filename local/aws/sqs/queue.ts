import { createHash, randomUUID } from 'node:crypto';
import { AwsFault } from '../fault.ts';

/** A queue as its template says it is. */
export interface QueueSettings {
  readonly name: string;
  readonly fifo: boolean;
  readonly visibilitySeconds: number;
  /** After so many receives a message goes to the queue of that name. */
  readonly redrive?: { readonly to: string; readonly maxReceives: number };
}

export interface Sent {
  readonly body: string;
  readonly group?: string;
  readonly deduplicationId?: string;
}

export interface Received extends Sent {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly receives: number;
}

interface Message extends Sent {
  readonly messageId: string;
  receiptHandle: string;
  receives: number;
  visibleAt: number;
}

export interface Queue {
  readonly settings: QueueSettings;
  /** The id of the message, which is that of the first where the queue has had it within five minutes. Throws an AwsFault. */
  send(message: Sent, nowMs: number): string;
  /** At most `max`, none of a group of which one is out with somebody; those with too many receives are handed to `redrive`. */
  receive(max: number, nowMs: number, redrive: (message: Sent) => void): readonly Received[];
  /** Whoever brings a receipt that is no longer the last takes nothing away. */
  remove(receiptHandle: string): void;
  /** It comes again after that; with a receipt that is no longer the last nothing changes. */
  putOff(receiptHandle: string, seconds: number, nowMs: number): void;
}

/** "Exactly-once processing in Amazon SQS": what has the same deduplication id within five minutes is delivered once. */
const DEDUPLICATION_MS = 5 * 60_000;

export const createQueue = (settings: QueueSettings): Queue => {
  let messages: Message[] = [];
  const sentBefore = new Map<string, { readonly messageId: string; readonly at: number }>();
  return {
    settings,
    send: (sent, nowMs) => {
      const key = deduplicationKey(settings, sent);
      const before = key === undefined ? undefined : sentBefore.get(key);
      if (before && nowMs - before.at < DEDUPLICATION_MS) return before.messageId;
      const message = { ...sent, messageId: randomUUID(), receiptHandle: '', receives: 0, visibleAt: nowMs };
      if (key !== undefined) sentBefore.set(key, { messageId: message.messageId, at: nowMs });
      messages.push(message);
      return message.messageId;
    },
    receive: (max, nowMs, redrive) => {
      const busy = new Set(messages.filter(({ visibleAt }) => visibleAt > nowMs).map(({ group }) => group));
      const { redrive: limit } = settings;
      const taken: Message[] = [];
      for (const message of [...messages]) {
        if (taken.length >= max) break;
        if (message.visibleAt > nowMs || (settings.fifo && busy.has(message.group))) continue;
        if (limit && message.receives >= limit.maxReceives) {
          messages = messages.filter((each) => each !== message);
          redrive(message);
          continue;
        }
        message.receives += 1;
        message.visibleAt = nowMs + settings.visibilitySeconds * 1000;
        message.receiptHandle = randomUUID();
        taken.push(message);
      }
      return taken.map((message) => ({ ...message }));
    },
    remove: (receiptHandle) => {
      messages = messages.filter((message) => message.receiptHandle !== receiptHandle);
    },
    putOff: (receiptHandle, seconds, nowMs) => {
      const message = messages.find((each) => each.receiptHandle === receiptHandle);
      if (message) message.visibleAt = nowMs + seconds * 1000;
    },
  };
};

const deduplicationKey = ({ fifo }: QueueSettings, { group, deduplicationId }: Sent): string | undefined => {
  const missing = (name: string) => new AwsFault(400, 'MissingParameter', `The request must contain ${name}.`);
  const unfit = (name: string) =>
    new AwsFault(400, 'InvalidParameterValue', `The parameter ${name} is not valid for this queue type.`);
  if (!fifo) {
    if (group !== undefined || deduplicationId !== undefined) throw unfit('MessageDeduplicationId');
    return undefined;
  }
  if (group === undefined) throw missing('MessageGroupId');
  if (deduplicationId === undefined) throw missing('MessageDeduplicationId');
  return deduplicationId;
};

/** What the SDK compares: hex MD5 of the body. */
export const md5 = (body: string): string => createHash('md5').update(body, 'utf8').digest('hex');
