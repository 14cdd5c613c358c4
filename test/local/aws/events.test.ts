import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type BusEntry, putOnBus } from '../../../lib/aws/event-bus.ts';
import type { LocalAws } from '../../../local/aws/server.ts';
import { BROKER_ACCOUNT, clientConfig, codeOf, policy, role, start } from './small-world.ts';

const SEQUENCER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/sequencer`;
const STRANGER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/stranger`;
const BUS = 'hatcheck-test';

let aws: LocalAws;
let pauses: number[];
beforeEach(async () => {
  pauses = [];
  aws = await start({ buses: [BUS], dynamodbAccount: BROKER_ACCOUNT });
  aws.addRole({ ...role(STRANGER), policies: [] });
  aws.addRole({
    ...role(SEQUENCER),
    policies: [
      policy({
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: `arn:aws:events:eu-west-1:${BROKER_ACCOUNT}:event-bus/${BUS}`,
      }),
    ],
  });
});
afterEach(() => aws.close());

const client = (roleArn = SEQUENCER) => new EventBridgeClient({ ...clientConfig(aws, roleArn), maxAttempts: 1 });

const entry = (n: number, size = 10): BusEntry => ({
  type: 'request.submitted',
  at: '2026-03-02T12:00:00.000Z',
  detail: { n, filler: 'x'.repeat(size) },
  brief: { n, leftOut: true },
});

const bus = (over: Partial<Parameters<typeof putOnBus>[0]> = {}) => ({
  ...{ client: client(), name: BUS, ...over },
  pause: (ms: number) => {
    pauses.push(ms);
    return Promise.resolve();
  },
});

const raw = (entries: object[], roleArn?: string) => client(roleArn).send(new PutEventsCommand({ Entries: entries }));
const sound = { EventBusName: BUS, Source: 'hatcheck', DetailType: 't', Detail: '{}' };

describe('the local bus, as EventBridge', () => {
  test('takes what it may, and keeps its order', async () => {
    await raw([sound, { ...sound, DetailType: 'u', Detail: '{"a":1}' }]);
    expect(aws.busEvents.map(({ detailType, detail }) => [detailType, detail])).toEqual([
      ['t', {}],
      ['u', { a: 1 }],
    ]);
  });

  test('takes ten entries at once, and no more', async () => {
    expect((await raw(Array.from({ length: 10 }, () => sound))).FailedEntryCount).toBe(0);
    expect(await codeOf(raw(Array.from({ length: 11 }, () => sound)))).toBe('ValidationException');
    expect(aws.busEvents).toHaveLength(10);
  });

  test('takes 256 KB in all, and no more', async () => {
    const large = { ...sound, Detail: JSON.stringify({ a: 'x'.repeat(130 * 1024) }) };
    expect((await raw([large])).FailedEntryCount).toBe(0);
    expect(await codeOf(raw([large, large]))).toBe('ValidationException');
  });

  test('refuses entries one by one, each with its code, and takes the others', async () => {
    const { FailedEntryCount, Entries } = await raw([
      { ...sound, Detail: 'no JSON' },
      sound,
      { ...sound, Source: 'aws.ec2' },
      { ...sound, DetailType: '' },
    ]);
    expect(FailedEntryCount).toBe(3);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      ...['MalformedDetail', undefined, 'NotAuthorizedForSourceException', 'InvalidArgument'],
    ]);
    expect(aws.busEvents).toHaveLength(1);
  });

  test('lets put only whom IAM lets, and only on that bus', async () => {
    expect(await codeOf(raw([sound], STRANGER))).toBe('AccessDeniedException');
    expect(await codeOf(raw([{ ...sound, EventBusName: 'default' }]))).toBe('AccessDeniedException');
    expect(aws.busEvents).toStrictEqual([]);
  });

  test('loses what is put on a bus that is not there', async () => {
    await aws.close();
    aws = await start({ buses: ['other'], dynamodbAccount: BROKER_ACCOUNT });
    aws.addRole({
      ...role(SEQUENCER),
      policies: [policy({ Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' })],
    });
    expect((await raw([sound])).FailedEntryCount).toBe(0);
    expect(aws.busEvents).toStrictEqual([]);
  });
});

describe('events that are put on a bus', () => {
  test('are there all, in their order, however many they are', async () => {
    await putOnBus(
      bus(),
      Array.from({ length: 23 }, (_, n) => entry(n)),
    );
    expect(aws.busEvents.map(({ detail }) => (detail as { n: number }).n)).toEqual(
      Array.from({ length: 23 }, (_, n) => n),
    );
    expect(aws.busEvents.every(({ source, time }) => source === 'hatcheck' && time === 1_772_452_800)).toBe(true);
    expect(aws.calls.filter(({ action }) => action === 'events:PutEvents')).toHaveLength(3);
  });

  test('are put in requests that are small enough', async () => {
    await putOnBus(
      bus(),
      Array.from({ length: 5 }, (_, n) => entry(n, 100 * 1024)),
    );
    expect(aws.busEvents).toHaveLength(5);
    expect(aws.calls.filter(({ action }) => action === 'events:PutEvents')).toHaveLength(3);
  });

  test('that are too large for any are put in brief', async () => {
    await putOnBus(bus(), [entry(1, 300 * 1024), entry(2)]);
    expect(aws.busEvents.map(({ detail }) => detail)).toEqual([{ n: 1, leftOut: true }, entry(2).detail]);
  });

  test('are not put at all where there are none', async () => {
    await putOnBus(bus(), []);
    expect(aws.calls).toStrictEqual([]);
  });

  test('by whom IAM does not let are an error that is told again', async () => {
    await expect(putOnBus(bus({ client: client(STRANGER) }), [entry(1)])).rejects.toMatchObject({
      code: 'aws_unavailable',
    });
  });

  /** A bus of which entries fail as the script says, one list of codes a request. */
  const scripted = (...script: readonly (readonly (string | undefined)[])[]) => {
    const asked: (readonly string[])[] = [];
    const send = (command: PutEventsCommand) => {
      const codes = script[asked.length] ?? [];
      const entries = command.input.Entries ?? [];
      asked.push(entries.map(({ Detail = '' }) => String((JSON.parse(Detail) as { n: number }).n)));
      return Promise.resolve({
        FailedEntryCount: codes.filter((code) => code !== undefined).length,
        Entries: entries.map((_, index) =>
          codes[index] === undefined ? { EventId: `${index}` } : { ErrorCode: codes[index] },
        ),
      });
    };
    return { asked, over: { client: { send } as unknown as EventBridgeClient } };
  };

  test('of which some are refused are put again, those alone, after a pause', async () => {
    const { asked, over } = scripted([undefined, 'ThrottlingException', undefined], []);
    await putOnBus(bus(over), [entry(1), entry(2), entry(3)]);
    expect(asked).toEqual([['1', '2', '3'], ['2']]);
    expect(pauses).toHaveLength(1);
  });

  test('of which one is refused three times are an error: all of them are told again', async () => {
    const { asked, over } = scripted([undefined, 'InternalFailure'], ['InternalFailure'], ['InternalFailure']);
    await expect(putOnBus(bus(over), [entry(1), entry(2)])).rejects.toMatchObject({
      ...{ code: 'aws_unavailable', message: expect.stringContaining('InternalFailure') },
    });
    expect(asked).toEqual([['1', '2'], ['2'], ['2']]);
  });
});
