import { beforeAll, describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { NO_STANDING } from '../../lib/domain/standing.ts';
import {
  approver,
  engineer,
  entitlement,
  noon,
  outsider,
  policy,
  principal,
  recorded,
  security,
} from '../support/builders.ts';
import { type Entry, type Evidence, entriesOf } from '../support/history.ts';
import { checkHistory } from './check-history.ts';
import { limitsHold } from './laws-of-lifecycle.ts';
import { type World, evidenceOf, newWorld, perform } from './world.ts';

/** An honest history: asked, approved, credentials, console, revoked, refused. Each test forges one thing in it. */
let honest: Evidence;
let requestId: string;
let events: readonly StoredEvent[];

beforeAll(async () => {
  const world = newWorld();
  const ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 3600 };
  ({ requestId = '' } = (await perform(world, engineer, { use: 'submit', ask, key: 'one' })).given);
  await perform(world, approver, { use: 'approve', requestId });
  await perform(world, engineer, { use: 'credentials', requestId });
  await perform(world, engineer, { use: 'console', requestId });
  await perform(world, security, { use: 'revoke', requestId });
  await perform(world, engineer, { use: 'credentials', requestId });
  honest = await evidenceOf(world);
  events = honest.streams.find(([first]) => first?.stream === `request#${requestId}`) ?? [];
});

/** The events sealed anew, so that the chain holds and only what was forged is wrong. */
const resealed = (changed: readonly StoredEvent[]): readonly StoredEvent[] => {
  const chain: StoredEvent[] = [];
  for (const event of changed) chain.push(seal(chain.at(-1), event.stream, event));
  return chain;
};
const withEvents = (changed: readonly StoredEvent[]): Evidence => ({ ...honest, streams: [resealed(changed)] });
const withEntries = (change: (entry: Entry) => readonly Entry[]): Evidence => ({
  ...honest,
  entries: honest.entries.flatMap(change),
});
const at = (type: StoredEvent['type']): number => events.findIndex((event) => event.type === type);
const by = (event: StoredEvent, handle: string): StoredEvent => ({ ...event, actor: { ...event.actor, handle } });
const invariants = (evidence: Evidence): readonly string[] => [
  ...new Set(checkHistory(evidence).map((violation) => violation.slice(0, 2))),
];

test('an honest history has no violations', () => {
  expect(checkHistory(honest)).toEqual([]);
  expect(events.map(({ type }) => type)).toEqual([
    'request.submitted',
    'request.approved',
    'credentials.intended',
    'credentials.issued',
    'credentials.intended',
    'credentials.issued',
    'console.issued',
    'request.revoked',
  ]);
});

describe('a forged history of the lifecycle is found out', () => {
  const glass = entitlement({
    breakGlass: {
      requesters: { groups: ['okta:sre'] },
      maxDurationSeconds: 600,
      issuesPerHour: 5,
      reviewWithinSeconds: 600,
      reviewers: { groups: ['okta:security'] },
      notify: [],
    },
  });
  const ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 600 };
  const breaking = { ...ask, breakGlass: true };
  const violations = async (world: World, forge: (entry: Entry) => readonly Entry[]): Promise<readonly string[]> => {
    const evidence = await evidenceOf(world);
    return [
      ...new Set(
        checkHistory({ ...evidence, entries: evidence.entries.flatMap(forge) }).map((said) => said.slice(0, 3)),
      ),
    ];
  };

  test('I10: credentials that were intended after a hold was answered', async () => {
    const world = newWorld({ policy: policy([glass]) });
    const { given } = await perform(world, engineer, { use: 'submit', ask: breaking });
    await perform(world, engineer, { use: 'credentials', requestId: given.requestId ?? '' });
    const held = await perform(world, security, { use: 'hold', target: { on: 'person', handle: engineer.handle } });
    const answer = { kind: 'answered', call: 0, code: 'ok', given: held.given } as const;
    // As if it had been answered before anything was asked.
    expect(
      await violations(world, (entry) => (entry.call === 1 && entry.kind === 'asked' ? [answer, entry] : [entry])),
    ).toEqual(['I10']);
  });

  test.each([
    ['hold', (world: World) => perform(world, security, { use: 'hold', target: { on: 'all' } }), 'control'],
    ['link', (world: World) => perform(world, engineer, { use: 'link', other: approver.handle }), 'person#'],
  ] as const)('I8: a %s that was answered as done and is in no stream', async (_use, act, stream) => {
    const world = newWorld();
    expect((await act(world)).code).toBe('ok');
    const evidence = await evidenceOf(world);
    const without = evidence.streams.filter(([first]) => !first?.stream.startsWith(stream));
    expect(checkHistory({ ...evidence, streams: without })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^I8 .* was answered as done and is not in the ledger/)]),
    );
  });

  test('I10: though a lift of it was refused before, and one asked for afterwards', async () => {
    const world = newWorld({ policy: policy([glass]) });
    const { given } = await perform(world, engineer, { use: 'submit', ask: breaking });
    const held = await perform(world, security, { use: 'hold', target: { on: 'person', handle: engineer.handle } });
    const holdId = held.given.hold?.id ?? '';
    expect((await perform(world, engineer, { use: 'lift', holdId })).code).not.toBe('ok');
    expect((await perform(world, security, { use: 'lift', holdId })).code).toBe('ok');
    await perform(world, engineer, { use: 'credentials', requestId: given.requestId ?? '' });
    const entries = world.history.entries;
    const lift = entries.findIndex((entry) => entry.kind === 'asked' && entry.by === security && entry.use === 'lift');
    const issue = entries.findIndex((entry) => entry.kind === 'asked' && entry.use === 'credentials');
    const evidence = await evidenceOf(world);
    // As if the security team had asked to lift it only after the credentials were given out.
    const reordered = [...entries.slice(0, lift), ...entries.slice(issue), ...entries.slice(lift, issue)];
    expect(checkHistory({ ...evidence, entries: reordered }).filter((found) => found.startsWith('I10'))).not.toEqual(
      [],
    );
  });

  test('I3: a yes of somebody who was proved to be the requester before', async () => {
    const world = newWorld();
    const { given } = await perform(world, engineer, { use: 'submit', ask });
    await perform(world, approver, { use: 'approve', requestId: given.requestId ?? '' });
    const linked = { linked: [engineer.handle, approver.handle] };
    const answer = { kind: 'answered', call: 0, code: 'ok', given: linked } as const;
    expect(
      await violations(world, (entry) => (entry.call === 1 && entry.kind === 'asked' ? [answer, entry] : [entry])),
    ).toEqual(['I3 ']);
  });

  test('I11: more time than the entitlement has', async () => {
    const world = newWorld();
    await perform(world, engineer, { use: 'submit', ask });
    const evidence = await evidenceOf(world);
    const short = policy([entitlement({ maxDurationSeconds: 599 })]);
    expect(checkHistory({ ...evidence, policy: short })).toEqual(['I11 granted too long', 'I11 extended too far']);
  });

  test('I12: two break-glasses at a time, and one while a review is overdue', async () => {
    const twice = async (afterSeconds: number): Promise<readonly string[]> => {
      const world = newWorld({ policy: policy([glass]) });
      const other = principal('other', ['sre']);
      await perform(world, engineer, { use: 'submit', ask: breaking });
      world.desk.clock.advance(afterSeconds);
      await perform(world, other, { use: 'submit', ask: breaking });
      // As if the two had been linked before.
      const { streams, ...evidence } = await evidenceOf(world);
      const linked = seal(undefined, `person#${other.handle}`, {
        ...recorded(
          'link.made',
          { person: [engineer.handle, other.handle], carried: { ...NO_STANDING, sameAs: [engineer.handle] } },
          { by: other, at: noon(0) },
        ),
      });
      const others = streams.filter(([first]) => first?.stream !== linked.stream);
      const entries = evidence.entries.filter(
        (each) => each.kind !== 'appended' || each.event.stream !== linked.stream,
      );
      return checkHistory({ ...evidence, entries, streams: [...others, [linked]] });
    };
    expect(await twice(599)).toEqual(['I12 two break-glasses at a time']);
    expect(await twice(600)).toEqual([]);
    expect(await twice(1200)).toEqual(['I12 break-glass while a review is overdue']);
  });

  test('I12: more requests that wait than may', async () => {
    const world = newWorld();
    for (const key of ['one', 'two']) await perform(world, engineer, { use: 'submit', ask, key });
    const evidence = await evidenceOf(world);
    expect(checkHistory({ ...evidence, policy: { ...policy(), limits: { openRequests: 1 } } })).toEqual([
      'I12 more requests wait than may',
    ]);
  });

  test('I12: likewise, where nobody saw when anything took effect', async () => {
    const world = newWorld({ policy: policy([glass, entitlement({ id: 'plain' })]) });
    const plainly = { ...ask, entitlementId: 'plain' };
    const requestIds: string[] = [];
    for (const key of ['one', 'two'])
      requestIds.push((await perform(world, engineer, { use: 'submit', ask: plainly, key })).given.requestId ?? '');
    await perform(world, engineer, { use: 'submit', ask: breaking });
    world.desk.clock.advance(600);
    await perform(world, engineer, { use: 'submit', ask: breaking });
    const unseen = async (openRequests: number, forge = (evidence: Evidence): Evidence => evidence) => {
      const { entries, ...evidence } = forge(await evidenceOf(world));
      const limits = { openRequests };
      const blind = entries.filter(({ kind }) => kind === 'asked' || kind === 'answered');
      return limitsHold({ ...evidence, entries: blind, policy: { ...evidence.policy, limits } });
    };
    expect(await unseen(1)).toEqual(['I12 more requests wait than may']);
    expect(await unseen(2)).toEqual([]);
    // As if it had been asked for within the first.
    const early = ({ streams, ...evidence }: Evidence): Evidence => ({
      ...evidence,
      streams: streams
        .filter(([first]) => !first?.stream.startsWith('person#'))
        .map((events) =>
          events.map((event) =>
            event.type === 'request.submitted' && event.data.breakGlass ? { ...event, at: noon(0) } : event,
          ),
        ),
    });
    expect(await unseen(2, early)).toEqual(['I12 two break-glasses at a time']);
    // What was decided on before the second was asked for waits no longer; what was decided on afterwards did.
    await perform(world, approver, { use: 'deny', requestId: requestIds[0] ?? '' });
    expect(await unseen(1)).toEqual(['I12 more requests wait than may']);
    const reordered = (evidence: Evidence): Evidence => {
      const [, second] = entriesOf(evidence.entries, 'asked');
      const isOfSecond = ({ call }: Entry): boolean => call === second?.call;
      const others = evidence.entries.filter((entry) => !isOfSecond(entry));
      return { ...evidence, entries: [...others, ...evidence.entries.filter(isOfSecond)] };
    };
    expect(await unseen(1, reordered)).toEqual([]);
  });

  test('I8: an event that carries other holds than the events say', async () => {
    const world = newWorld();
    await perform(world, security, { use: 'hold', target: { on: 'all' } });
    const { streams, ...evidence } = await evidenceOf(world);
    const [activated, placed] = streams.find(([first]) => first?.stream === 'control') ?? [];
    if (!activated || placed?.type !== 'hold.placed') throw new TypeError('no hold');
    const forged = seal(activated, 'control', { ...placed, data: { ...placed.data, carried: { holds: [] } } });
    expect(checkHistory({ ...evidence, streams: [[activated, forged]] })).toEqual(['I8 carries other holds']);
  });
});

describe('a forged history is found out', () => {
  test('I1: credentials that left without a committed outcome', () => {
    const forged = withEvents(events.filter((_event, index) => index !== at('credentials.issued')));
    expect(invariants(forged)).toContain('I1');
  });

  test('I1: credentials whose outcome was committed only after they had left', () => {
    const issued = honest.entries.find(
      (entry) => entry.kind === 'appended' && entry.event.type === 'credentials.issued',
    )!;
    const forged = { ...honest, entries: [...honest.entries.filter((entry) => entry !== issued), issued] };
    expect(invariants(forged)).toContain('I1');
  });

  test('I1: credentials without an approval', () => {
    expect(invariants(withEvents(events.filter(({ type }) => type !== 'request.approved')))).toContain('I1');
  });

  test('I1: a console URL that is not on record', () => {
    expect(invariants(withEvents(events.filter(({ type }) => type !== 'console.issued')))).toContain('I1');
  });

  test('I2: one role session that left twice', () => {
    const twice = withEntries((entry) =>
      entry.kind === 'answered' && entry.given.accessKeyId !== undefined ? [entry, entry] : [entry],
    );
    expect(invariants(twice)).toContain('I2');
  });

  test('I2: more issues than the entitlement allows', () => {
    const few = [...honest.policy.entitlements].map(
      ([id, each]) => [id, { ...each, limits: { issuesPerHour: 1 } }] as const,
    );
    expect(invariants({ ...honest, policy: { ...honest.policy, entitlements: new Map(few) } })).toEqual(['I2']);
  });

  test('I3: the requester among the approvers', () => {
    const own = events.map((event, index) => (index === at('request.approved') ? by(event, engineer.handle) : event));
    expect(invariants(withEvents(own))).toContain('I3');
  });

  test('I3: one approver who counts twice', () => {
    const twice = events.flatMap((event, index) => (index === at('request.approved') ? [event, event] : [event]));
    expect(invariants(withEvents(twice))).toContain('I3');
  });

  test('I4: an intent after the revoke', () => {
    const late = { ...events[at('credentials.intended')]!, eventId: 'late', at: events.at(-1)!.at };
    expect(invariants(withEvents([...events, late]))).toContain('I4');
  });

  test('I4: a revoke after an end, where no session was ever asked for; where one was, it is none', async () => {
    const world = newWorld();
    const ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 3600 };
    const { requestId: id = '' } = (await perform(world, engineer, { use: 'submit', ask })).given;
    await perform(world, approver, { use: 'approve', requestId: id });
    await perform(world, engineer, { use: 'credentials', requestId: id });
    await perform(world, engineer, { use: 'end', requestId: id });
    expect((await perform(world, security, { use: 'revoke', requestId: id })).code).toBe('ok');
    const evidence = await evidenceOf(world);
    expect(checkHistory(evidence)).toEqual([]);
    const streams = evidence.streams.map((each) =>
      resealed(each.filter(({ type }) => !type.startsWith('credentials'))),
    );
    expect(checkHistory({ ...evidence, streams })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^I4 .*request\.revoked/)]),
    );
  });

  test('I4: an intent after the grant', () => {
    const [late] = events.slice(at('credentials.intended'));
    const forged = [...events.slice(0, at('credentials.intended')), { ...late!, at: noon(7200) }];
    expect(invariants(withEvents(forged))).toContain('I4');
  });

  test('I5: STS that is asked without an intent, or twice for one', () => {
    const ordered = (entry: Entry) => entry.kind === 'ordered';
    expect(invariants(withEntries((entry) => (ordered(entry) ? [entry, entry] : [entry])))).toEqual(['I5']);
    expect(invariants(withEvents(events.filter((_event, index) => index !== at('credentials.intended'))))).toContain(
      'I5',
    );
  });

  test('I5: an intent whose outcome nobody wrote, though the call was answered', () => {
    const outcome = at('credentials.issued');
    expect(checkHistory(withEvents(events.filter((_event, index) => index !== outcome))).join()).toContain(
      'without an outcome',
    );
  });

  test('I5: a failure on record where STS did open a session', () => {
    const failed = withEntries((entry) =>
      entry.kind === 'appended' && entry.event.type === 'credentials.issued'
        ? [
            {
              ...entry,
              event: { ...entry.event, type: 'credentials.failed', data: { intent: '', reason: '' } } as StoredEvent,
            },
          ]
        : [entry],
    );
    expect(invariants(failed)).toContain('I5');
  });

  test('I6: credentials that end after the grant', () => {
    const longer = withEntries((entry) =>
      entry.kind === 'answered' && entry.given.expiration !== undefined
        ? [{ ...entry, given: { ...entry.given, expiration: noon(7200) } }]
        : [entry],
    );
    expect(invariants(longer)).toEqual(['I6']);
  });

  test('I6: a session policy without the grant’s end', () => {
    const endless = withEntries((entry) => {
      if (entry.kind !== 'ordered' || !entry.order) return [entry];
      const { policy } = entry.order;
      const Statement = policy.Statement.filter((each) => !('Sid' in each) || each.Sid !== 'GrantEnd');
      return [{ ...entry, order: { ...entry.order, policy: { ...policy, Statement } } }];
    });
    expect(invariants(endless)).toEqual(['I6']);
  });

  test.each([
    ['an altered event', (all: readonly StoredEvent[]) => all.map((event) => by(event, outsider.handle))],
    ['a missing event', (all: readonly StoredEvent[]) => all.filter((_event, index) => index !== 1)],
    ['two that changed places', (all: readonly StoredEvent[]) => [all[1]!, all[0]!, ...all.slice(2)]],
  ])('I7: %s', (_what, forge) => {
    expect(invariants({ ...honest, streams: [forge(events)] })).toEqual(['I7']);
  });

  test('I8: a request that does not begin with its submission', () => {
    expect(invariants(withEvents(events.slice(1)))).toContain('I8');
  });

  test('I8: an event that nobody asked for', () => {
    const unasked = withEntries((entry) => (entry.kind === 'asked' && entry.use === 'revoke' ? [] : [entry]));
    expect(invariants(unasked)).toEqual(['I8']);
  });

  test('I8: something answered as done that is not in the ledger', () => {
    expect(invariants(withEvents(events.slice(0, -1)))).toEqual(['I8']);
  });

  test('I9: one key that made two requests, or took two bodies', () => {
    const [asked, answered] = ['asked', 'answered'].map((kind) => honest.entries.find((entry) => entry.kind === kind)!);
    if (asked?.kind !== 'asked' || answered?.kind !== 'answered') throw new TypeError('the first call is a submission');
    const again = (submission: { key: string; body: string }, id: string): Evidence => ({
      ...honest,
      entries: [
        ...honest.entries,
        { ...asked, call: 99, submission },
        { ...answered, call: 99, given: { requestId: id } },
      ],
    });
    const body = asked.submission?.body ?? '';
    expect(invariants(again({ key: 'one', body }, requestId))).toEqual([]);
    expect(invariants(again({ key: 'one', body: '{}' }, requestId))).toEqual(['I9']);
    expect(invariants(again({ key: 'one', body }, 'r_OTHER'))).toContain('I9');
  });

  test('I9: an approver who hears 409 about their own yes', () => {
    const open = withEvents(events.filter(({ type }) => type !== 'request.revoked'));
    const call = 99;
    const entries: readonly Entry[] = [
      ...honest.entries.filter((entry) => entry.kind !== 'answered' || entry.code === 'ok'),
      { kind: 'asked', call, use: 'approve', by: approver, requestId },
      { kind: 'answered', call, code: 'wrong_status', given: {} },
    ];
    expect(checkHistory({ ...open, entries }).filter((each) => each.includes('409'))).toHaveLength(1);
  });
});
