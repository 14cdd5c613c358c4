import * as z from 'zod';
import { AwsFault } from '../fault.ts';
import { describeDenial } from '../policy/evaluate.ts';
import { SIGNATURE_FAULTS, accessRequest, decide } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';
import { type Queue, type QueueSettings, type Received, createQueue, md5 } from './queue.ts';

const TARGET = /^AmazonSQS\.([A-Za-z]+)$/;

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
    renderFault,
    answer: (call) => Promise.resolve().then(() => answer(call, queues, account)),
  };
};

const answer = (call: ServiceCall, queues: Queues, account: string | undefined): Answer => {
  const name = TARGET.exec(call.request.headers.get('x-amz-target') ?? '')?.[1] ?? '';
  call.notes.action = `sqs:${name}`;
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!operation) throw new AwsFault(400, 'UnknownOperationException', `${name} is not known here`);
  const body = parsed(call.request.body);
  const queueOf = (url: string): Queue => {
    const [, owner = '', queueName = ''] = QUEUE_URL.exec(url) ?? [];
    authorise(call, operation.action, `arn:${call.role.partition}:sqs:${call.region}:${owner}:${queueName}`);
    const queue = owner === account ? queues.get(queueName) : undefined;
    if (!queue) throw new AwsFault(400, 'QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  };
  return jsonAnswer(200, operation.run(body, queueOf, call.now.getTime(), queues));
};

const authorise = (call: ServiceCall, action: string, resource: string): void => {
  const request = accessRequest(call, action, resource);
  const decision = decide(call, request);
  if (!decision.allowed) throw new AwsFault(403, 'AccessDenied', describeDenial(request, decision), decision.reason);
};

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsFault(400, 'MalformedInput', 'The request is not JSON');
  }
};

const jsonAnswer = (status: number, content: object): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(content),
});

const renderFault = (fault: AwsFault, requestId: string): Answer => {
  const shown = jsonAnswer(fault.status, { __type: `com.amazonaws.sqs#${fault.code}`, message: fault.message });
  return { ...shown, headers: { ...shown.headers, 'x-amzn-requestid': requestId } };
};
