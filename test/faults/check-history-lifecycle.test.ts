import { describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import { NO_STANDING } from '../../lib/domain/standing.ts';
import { approver, engineer, entitlement, noon, policy, principal, recorded, security } from '../support/builders.ts';
import { type Entry, type Evidence, entriesOf } from '../support/history.ts';
import { checkHistory } from './check-history.ts';
import { limitsHold } from './laws-of-lifecycle.ts';
import { type World, evidenceOf, newWorld, perform } from './world.ts';
import { honest, events } from './honest-history.ts';

test('an honest history has no violations', () => {
  expect(checkHistory(honest)).toStrictEqual([]);
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
    expect(await twice(600)).toStrictEqual([]);
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
    expect(await unseen(2)).toStrictEqual([]);
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
    expect(await unseen(1, reordered)).toStrictEqual([]);
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
