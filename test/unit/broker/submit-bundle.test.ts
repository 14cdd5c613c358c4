import { describe, expect, test } from '@jest/globals';
import { asksOf } from '../../../lib/broker/asks.ts';
import { type Ask, submitBundle, submitRequest, tryRequests } from '../../../lib/broker/submit-request.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { engineer, entitlement, policy } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, patient, unavailable } from '../../support/memory.ts';
import { codeOf, eventsOf, words } from './story.ts';

const three = ['first', 'second', 'third'];
const deskOf = (parts: Parameters<typeof memoryDesk>[0] = {}): MemoryDesk =>
  memoryDesk({
    policy: policy([
      ...three.map((id) => entitlement({ id })),
      entitlement({ id: 'short', maxDurationSeconds: 60 }),
      entitlement({ id: 'others', requesters: { groups: ['okta:payments'] } }),
    ]),
    ...parts,
  });

const asks = (...ids: readonly string[]): readonly Ask[] => ids.map((entitlementId) => ({ ...words, entitlementId }));
const submit = (desk: MemoryDesk, ids: readonly string[], idempotencyKey?: string) =>
  submitBundle(desk, {
    ...{ principal: engineer, asks: asks(...ids), patience: patient },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const requestStreams = ({ ledger }: MemoryDesk) => ledger.streams().filter((name) => name.startsWith('request#'));

describe('a bundle', () => {
  test('is as many requests as entitlements, in their order, sharing its id', async () => {
    const desk = deskOf();
    const requests = await submit(desk, three);
    expect(requests.map(({ entitlementId }) => entitlementId)).toEqual(three);
    const [bundle] = requests.map((request) => request.bundle);
    expect(bundle).toEqual({ id: expect.stringMatching(/^b_[A-Z2-7]{26}$/), requestIds: requests.map(({ id }) => id) });
    expect(new Set(requests.map((request) => JSON.stringify(request.bundle))).size).toBe(1);
    expect(new Set(requests.map(({ justification }) => justification.id)).size).toBe(3);
  });

  test('of one is a bundle all the same', async () => {
    expect((await submit(deskOf(), ['first']))[0]?.bundle?.requestIds).toHaveLength(1);
  });

  test('two without a key are two, and are not looked for', async () => {
    const desk = deskOf();
    const read: string[] = [];
    const ledger = {
      ...desk.ledger,
      read: (stream: string) => {
        read.push(stream);
        return desk.ledger.read(stream);
      },
    };
    await submit({ ...desk, ledger }, three);
    await submit({ ...desk, ledger }, three);
    expect(requestStreams(desk)).toHaveLength(6);
    expect(read).toStrictEqual([]);
  });

  test('is made whole or not at all: the rules of all come first', async () => {
    const desk = deskOf();
    const error: unknown = await submit(desk, ['first', 'short', 'second']).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HatcheckError);
    expect((error as HatcheckError).refusal.faults).toEqual([
      { pointer: '/entitlementIds/1', code: 'too_long', detail: expect.stringMatching(/^durationSeconds: /) },
    ]);
    expect(await codeOf(submit(desk, ['short', 'others']))).toBe('not_eligible');
    expect(desk.ledger.streams()).toStrictEqual([]);
  });
});

describe('with an Idempotency-Key', () => {
  test('the same asks give the same requests again', async () => {
    const desk = deskOf();
    const first = await submit(desk, three, 'key');
    expect(await submit(desk, three, 'key')).toEqual(first);
    expect(requestStreams(desk)).toHaveLength(3);
  });

  test.each([
    ['other entitlements', ['first', 'third']],
    ['more of them', [...three, 'short']],
    ['another order', ['second', 'first', 'third']],
  ])('attack: %s under the same key', async (_what, ids) => {
    const desk = deskOf();
    await submit(desk, three, 'key');
    expect(await codeOf(submit(desk, ids, 'key'))).toBe('idempotency_conflict');
    expect(requestStreams(desk)).toHaveLength(3);
  });

  test('a bundle and a single request under one key are two things', async () => {
    const desk = deskOf();
    await submit(desk, ['first'], 'key');
    const [ask] = asks('first');
    const single = submitRequest(desk, { principal: engineer, ask: ask!, patience: patient, idempotencyKey: 'key' });
    expect(await codeOf(single)).toBe('idempotency_conflict');
  });

  test('what was cut off in the middle goes on where it was', async () => {
    const whole = deskOf();
    let appends = 0;
    const { ledger } = whole;
    const cut: MemoryDesk = {
      ...whole,
      ledger: {
        ...ledger,
        append: async (event) => {
          if (event.stream.startsWith('request#') && (appends += 1) === 2) throw unavailable();
          return ledger.append(event);
        },
      },
    };
    expect(await codeOf(submit(cut, three, 'key'))).toBe('ledger_unavailable');
    expect(requestStreams(whole)).toHaveLength(1);
    const requests = await submit(whole, three, 'key');
    expect(requests.map(({ entitlementId }) => entitlementId)).toEqual(three);
    expect(requests.map(({ bundle }) => bundle?.id)).toEqual(Array(3).fill(requests[0]?.bundle?.id));
    for (const { id } of requests) expect(await eventsOf(whole, id)).toHaveLength(1);
  });

  test('attack: what was cut off in the middle does not go on with other entitlements', async () => {
    const desk = deskOf();
    let appends = 0;
    const ledger: typeof desk.ledger = {
      ...desk.ledger,
      append: async (event) => {
        if (event.stream.startsWith('request#') && (appends += 1) === 2) throw unavailable();
        return desk.ledger.append(event);
      },
    };
    expect(await codeOf(submit({ ...desk, ledger }, ['first', 'second'], 'key'))).toBe('ledger_unavailable');
    expect(await codeOf(submit(desk, ['first', 'third'], 'key'))).toBe('idempotency_conflict');
    expect(requestStreams(desk)).toHaveLength(1);
  });

  test('two at once make it once', async () => {
    const desk = deskOf();
    const [one, other] = await Promise.all([submit(desk, three, 'key'), submit(desk, three, 'key')]);
    expect(one.map(({ id }) => id)).toEqual(other.map(({ id }) => id));
    expect(requestStreams(desk)).toHaveLength(3);
  });
});

test('a dry run tells every rule of each, and of which', async () => {
  const desk = deskOf();
  const several = await tryRequests(desk, engineer, asks('first', 'short'));
  expect(several.allowed).toBe(false);
  expect(several.rules.filter(({ outcome }) => outcome === 'notSatisfied')).toEqual([
    { rule: 'duration', outcome: 'notSatisfied', detail: 'At most 1 min.', entitlementId: 'short' },
  ]);
  const one = await tryRequests(desk, engineer, asks('first'));
  expect([one.allowed, one.rules.some(({ entitlementId }) => entitlementId !== undefined)]).toEqual([true, false]);
  expect(desk.ledger.streams()).toStrictEqual([]);
});

test('a dry run of several counts those before each of them against the limit, as submitting them does', async () => {
  const written = deskOf().policy;
  const desk = deskOf({ policy: { ...written, limits: { openRequests: 2 } } });
  const limits = async (...ids: readonly string[]) =>
    (await tryRequests(desk, engineer, asks(...ids))).rules
      .filter(({ rule }) => rule === 'openRequests')
      .map(({ outcome }) => outcome);
  expect(await limits('first', 'second')).toEqual(['satisfied', 'satisfied']);
  expect(await limits(...three)).toEqual(['satisfied', 'satisfied', 'notSatisfied']);
  expect(await codeOf(submit(desk, three))).toBe('invalid_input');
  await submit(desk, ['first', 'second']);
  expect(await limits('third')).toEqual(['notSatisfied']);
});

test('a dry run of several counts none against the limit that is refused, or waits for nobody', async () => {
  const asked = [...three.map((id) => entitlement({ id })), entitlement({ id: 'auto', approval: 'auto' })];
  const written = policy([...asked, entitlement({ id: 'short', maxDurationSeconds: 60 })]);
  const desk = deskOf({ policy: { ...written, limits: { openRequests: 2 } } });
  const { rules } = await tryRequests(desk, engineer, asks('auto', 'short', 'first', 'second'));
  expect(rules.filter(({ rule, outcome }) => rule === 'openRequests' && outcome !== 'satisfied')).toStrictEqual([]);
  expect(rules.filter(({ rule }) => rule === 'openRequests').length).toBeGreaterThan(1);
});

test('a dry run of several reads what they go by once, and asks about their ticket once', async () => {
  const check = { service: 'jira', assigned: false, endsGrant: false };
  const ticket = { pattern: '^OPS-[0-9]+$', required: true, check };
  const desk = deskOf({ policy: policy(three.map((id) => entitlement({ id, ticket }))) });
  const [read, looked]: [string[], string[]] = [[], []];
  const counted: MemoryDesk = {
    ...desk,
    ledger: {
      ...desk.ledger,
      last: (stream) => {
        read.push(stream);
        return desk.ledger.last(stream);
      },
    },
    tickets: {
      look: (service, of) => {
        looked.push(`${service} ${of}`);
        return Promise.resolve({ state: 'open' });
      },
    },
  };
  const ticketed = asks(...three).map((each) => ({ ...each, ticket: 'OPS-1' }));
  expect((await tryRequests(counted, engineer, ticketed)).allowed).toBe(true);
  expect([read.toSorted(), looked]).toEqual([['control', `person#${engineer.handle}`], ['jira OPS-1']]);
});

describe('what is asked for in one call', () => {
  const { justification, durationSeconds } = words;
  const rest = { justification, durationSeconds };
  const faultOf = (asked: Parameters<typeof asksOf>[0]): unknown => {
    try {
      return asksOf(asked);
    } catch (error) {
      return error instanceof HatcheckError && error.refusal.faults?.map(({ pointer, code }) => `${pointer} ${code}`);
    }
  };

  test('is one entitlement, or several', () => {
    expect(asksOf({ ...rest, entitlementId: 'first' })).toEqual(asks('first'));
    expect(asksOf({ ...rest, entitlementIds: three })).toEqual(asks(...three));
  });

  test.each<[string, Partial<Parameters<typeof asksOf>[0]>, string]>([
    ['neither', {}, '/entitlementId required'],
    ['none of several', { entitlementIds: [] }, '/entitlementIds too_short'],
    ['both', { entitlementId: 'first', entitlementIds: three }, '/entitlementIds not_allowed'],
    ['one twice', { entitlementIds: ['first', 'first'] }, '/entitlementIds/1 duplicate'],
    ['several by break-glass', { entitlementIds: three, breakGlass: true }, '/breakGlass not_allowed'],
  ])('and not %s', (_what, members, fault) => {
    expect(faultOf({ ...rest, ...members })).toEqual([fault]);
  });
});
