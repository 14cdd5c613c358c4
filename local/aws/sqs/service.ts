import * as z from 'zod';
import { AwsFault } from '../fault.ts';
import { type JsonService, jsonAnswer, jsonFault, operationOf, readJsonBody } from '../json-protocol.ts';
import { SIGNATURE_FAULTS, authorise } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';
import { type Queue, type QueueSettings, type Received, createQueue, md5 } from './queue.ts';

const JSON_1_0: JsonService = {
  ...{ prefix: 'sqs', target: 'AmazonSQS', version: '1.0' },
  namespaceOf: () => 'com.amazonaws.sqs#',
};

/** https://sqs.<region>.<suffix>/<account>/<name>: the last part is what counts, as it does for the real one. */
const QUEUE_URL = /^https?:\/\/[^/]+\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/;

/** SQS takes 256 KiB, and of ids what its reference says: 128 alphanumeric characters and punctuation. */
const id = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const sendSchema = z.object({
  QueueUrl: z.string(),
  MessageBody: z.string().min(1).max(262_144),
  MessageGroupId: id.optional(),
  MessageDeduplicationId: id.optional(),
});
const receiveSchema = z.object({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
});
const deleteSchema = z.object({ QueueUrl: z.string(), ReceiptHandle: z.string().min(1) });

/** SQS API reference, ChangeMessageVisibility: up to 12 hours. */
const visibilitySchema = deleteSchema.extend({ VisibilityTimeout: z.int().min(0).max(43_200) });

interface Operation {
  readonly action: string;
  readonly run: (body: unknown, queueOf: (url: string) => Queue, nowMs: number, queues: Queues) => object;
}

type Queues = ReadonlyMap<string, Queue>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  SendMessage: {
    action: 'sqs:SendMessage',
    run: (body, queueOf, nowMs) => {
      const { QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId } = read(sendSchema, body);
      const messageId = queueOf(QueueUrl).send(
        {
          body: MessageBody,
          ...(MessageGroupId === undefined ? {} : { group: MessageGroupId }),
          ...(MessageDeduplicationId === undefined ? {} : { deduplicationId: MessageDeduplicationId }),
        },
        nowMs,
      );
      return { MessageId: messageId, MD5OfMessageBody: md5(MessageBody) };
    },
  },
  ReceiveMessage: {
    action: 'sqs:ReceiveMessage',
    // Nobody is kept waiting for messages to come: WaitTimeSeconds may be less than was asked for.
    run: (body, queueOf, nowMs, queues) => {
      const { QueueUrl, MaxNumberOfMessages } = read(receiveSchema, body);
      const queue = queueOf(QueueUrl);
      const deadLetters = queues.get(queue.settings.redrive?.to ?? '');
      return {
        Messages: queue
          .receive(MaxNumberOfMessages, nowMs, (message) => deadLetters?.send(message, nowMs))
          .map(messageJson),
      };
    },
  },
  DeleteMessage: {
    action: 'sqs:DeleteMessage',
    run: (body, queueOf) => {
      const { QueueUrl, ReceiptHandle } = read(deleteSchema, body);
      queueOf(QueueUrl).remove(ReceiptHandle);
      return {};
    },
  },
  ChangeMessageVisibility: {
    action: 'sqs:ChangeMessageVisibility',
    run: (body, queueOf, nowMs) => {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout } = read(visibilitySchema, body);
      queueOf(QueueUrl).putOff(ReceiptHandle, VisibilityTimeout, nowMs);
      return {};
    },
  },
};

const messageJson = ({ messageId, receiptHandle, body, group, deduplicationId, receives }: Received): object => ({
  MessageId: messageId,
  ReceiptHandle: receiptHandle,
  Body: body,
  MD5OfBody: md5(body),
  Attributes: {
    ApproximateReceiveCount: String(receives),
    ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: deduplicationId }),
  },
});

const read = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const { success, data, error } = schema.safeParse(body);
  if (!success) throw new AwsFault(400, 'InvalidParameterValue', z.prettifyError(error));
  return data;
};

/** SQS: the queues of the template, in memory, asked by the JSON protocol of the SDKs; every call is authorised as AWS does. */
export const createSqs = (settings: readonly QueueSettings[], account: string | undefined): Service => {
  const queues: Queues = new Map(settings.map((one) => [one.name, createQueue(one)]));
  return {
    skewSeconds: 300,
    signatureFaults: SIGNATURE_FAULTS,
    renderFault: jsonFault(JSON_1_0),
    answer: (call) => Promise.resolve().then(() => answer(call, queues, account)),
  };
};

const answer = (call: ServiceCall, queues: Queues, account: string | undefined): Answer => {
  const name = operationOf(JSON_1_0, call);
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!operation) throw new AwsFault(400, 'UnknownOperationException', `${name} is not known here`);
  const body = readJsonBody(call.request.body, 'MalformedInput');
  const queueOf = (url: string): Queue => {
    const [, owner = '', queueName = ''] = QUEUE_URL.exec(url) ?? [];
    authorise(call, operation.action, `arn:${call.role.partition}:sqs:${call.region}:${owner}:${queueName}`);
    const queue = owner === account ? queues.get(queueName) : undefined;
    if (!queue) throw new AwsFault(400, 'QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  };
  return jsonAnswer(JSON_1_0, operation.run(body, queueOf, call.now.getTime(), queues));
};
