import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, TARGET, clientConfig, codeOf, policy, role, start } from './small-world.ts';

const ARN = `arn:aws:sqs:eu-west-1:${BROKER_ACCOUNT}:notices.fifo`;
const urlOf = (name: string, account = BROKER_ACCOUNT) => `https://sqs.eu-west-1.amazonaws.com/${account}/${name}`;
const NOTICES = urlOf('notices.fifo');
const FAILURES = urlOf('failures.fifo');

let aws: LocalAws;
let now: Date;
beforeEach(async () => {
  now = new Date('2026-03-02T12:00:00.000Z');
  aws = await start({
    clock: () => now,
    dynamodbAccount: BROKER_ACCOUNT,
    queues: [
      { name: 'notices.fifo', fifo: true, visibilitySeconds: 60, redrive: { to: 'failures.fifo', maxReceives: 2 } },
      { name: 'failures.fifo', fifo: true, visibilitySeconds: 30 },
      { name: 'plain', fifo: false, visibilitySeconds: 30 },
    ],
  });
});
afterEach(() => aws.close());

const client = (roleArn = BROKER) =>
  new SQSClient({ ...clientConfig(aws, roleArn, 'session', now), useQueueUrlAsEndpoint: false });

const send = (MessageBody: string, group = 'g', id = MessageBody, QueueUrl = NOTICES) =>
  client().send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: group, MessageDeduplicationId: id }));

const receive = async (max = 10, QueueUrl = NOTICES) =>
  (await client().send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: max }))).Messages ?? [];

const bodies = async (max?: number, QueueUrl?: string) => (await receive(max, QueueUrl)).map(({ Body }) => Body);

const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

const remove = (ReceiptHandle: string | undefined) =>
  client().send(new DeleteMessageCommand({ QueueUrl: NOTICES, ReceiptHandle }));

describe('a FIFO queue', () => {
  test('gives what it was given, in order', async () => {
    for (const [id, body] of ['one', 'zwei ü', 'three'].entries()) await send(body, 'g', String(id));
    expect(await bodies()).toEqual(['one', 'zwei ü', 'three']);
  });

  test('has what is sent twice within five minutes once, and afterwards again', async () => {
    const first = await send('one');
    later(299);
    expect((await send('another body', 'g', 'one')).MessageId).toBe(first.MessageId);
    expect(await bodies()).toEqual(['one']);
    later(1);
    await send('again', 'g', 'one');
    later(60);
    expect(await bodies()).toEqual(['one', 'again']);
  });

  test('gives nothing of a group of which something is out, and of other groups it does', async () => {
    await send('a1', 'a');
    await send('a2', 'a');
    await send('b1', 'b');
    expect(await bodies(1)).toEqual(['a1']);
    expect(await bodies()).toEqual(['b1']);
  });

  test('gives again what was not taken away in time, before what came after it', async () => {
    await send('one');
    await bodies(1);
    await send('two');
    later(60);
    expect(await bodies()).toEqual(['one', 'two']);
  });

  test('does not give again what was taken away, and an old receipt takes nothing away', async () => {
    await send('one');
    const [first] = await receive();
    later(60);
    const [second] = await receive();
    await remove(first?.ReceiptHandle);
    later(60);
    expect(await receive(10, FAILURES)).toStrictEqual([]);
    await remove(second?.ReceiptHandle);
    later(60);
    expect(await bodies()).toStrictEqual([]);
  });

  test('hands over what was received too often', async () => {
    await send('poison');
    for (let times = 0; times < 3; times += 1) {
      await receive();
      later(60);
    }
    expect([await bodies(), await bodies(10, FAILURES)]).toEqual([[], ['poison']]);
  });

  test('wants a group and an id, which a plain one does not take', async () => {
    const to = (QueueUrl: string, more: object) =>
      codeOf(client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...more })));
    expect(await to(NOTICES, { MessageDeduplicationId: 'x' })).toBe('MissingParameter');
    expect(await to(NOTICES, { MessageGroupId: 'x' })).toBe('MissingParameter');
    expect(await to(urlOf('plain'), {})).toBe('none');
    expect(await to(urlOf('plain'), { MessageGroupId: 'x', MessageDeduplicationId: 'x' })).toBe(
      'InvalidParameterValue',
    );
  });
});

describe('who may', () => {
  const as = (...statements: object[]) => {
    const arn = `arn:aws:iam::${BROKER_ACCOUNT}:role/other`;
    aws.addRole(role(arn, { policies: [policy(...statements)] }));
    return client(arn);
  };
  const sending = (QueueUrl = NOTICES) =>
    new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'x' });

  test('send, may not receive or delete', async () => {
    const sender = as({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: ARN });
    expect(await codeOf(sender.send(sending()))).toBe('none');
    expect(await codeOf(sender.send(new ReceiveMessageCommand({ QueueUrl: NOTICES })))).toBe('AccessDenied');
    expect(await codeOf(sender.send(new DeleteMessageCommand({ QueueUrl: NOTICES, ReceiptHandle: 'x' })))).toBe(
      'AccessDenied',
    );
  });

  test('send to one queue, may not to another', async () => {
    const sender = as({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: ARN });
    expect(await codeOf(sender.send(sending(FAILURES)))).toBe('AccessDenied');
  });

  test('do nothing, is told so whether the queue exists or not', async () => {
    const nobody = as({ Effect: 'Allow', Action: 'sqs:DeleteMessage', Resource: '*' });
    expect(await codeOf(nobody.send(sending(urlOf('none.fifo'))))).toBe('AccessDenied');
    expect(await codeOf(nobody.send(sending()))).toBe('AccessDenied');
  });

  test('finds no queue of that name, or of another account', async () => {
    expect(await codeOf(client().send(sending(urlOf('none.fifo'))))).toBe('QueueDoesNotExist');
    const account = TARGET.split(':')[4] ?? '';
    expect(await codeOf(client(TARGET).send(sending(urlOf('notices.fifo', account))))).toBe('QueueDoesNotExist');
  });

  test('does not sign, is nobody', async () => {
    const { status } = await fetch(aws.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage', 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ QueueUrl: NOTICES }),
    });
    expect(status).toBe(403);
  });
});
