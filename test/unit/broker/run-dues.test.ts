import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import type { Tickets } from '../../../lib/broker/ports.ts';
import { runDues } from '../../../lib/broker/run-dues.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { fold } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  ask,
  engineer,
  entitlement,
  intended,
  noon,
  policy,
  recorded,
  submitted,
} from '../../support/builders.ts';
import type { memoryTexts } from '../../support/memory.ts';
import { memorySummaries, memoryTickets, patient, unavailable } from '../../support/memory.ts';
import { STREAM, ON_SCHEDULE, ticketed, scene, kinds } from './dues-scene.ts';

describe('the ticket of a grant', () => {
  const unchecked = entitlement({ approval: 'auto', ticket: { pattern: '^OPS-[0-9]+$', required: true } });
  const granted = (of: Entitlement) => submitted({ ticket: 'OPS-1' }, { of });
  const looking = async (answer: Awaited<ReturnType<Tickets['look']>>, of = ticketed()) => {
    const asked: string[] = [];
    const tickets: Tickets = {
      look: (service, ticket) => {
        asked.push(`${service} ${ticket}`);
        return Promise.resolve(answer);
      },
    };
    const at = await scene([granted(of)], { of, tickets });
    at.clock.set(noon(300));
    return { at, asked };
  };

  test('that is closed ends it, once, and says why', async () => {
    const { at, asked } = await looking({ state: 'closed' });
    await at.run();
    await at.run();
    expect(asked).toEqual(['jira OPS-1']);
    const events = await at.ledger.read(STREAM);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ type: 'request.revoked', actor: ON_SCHEDULE, at: noon(300) });
    const { closed } = fold(events) ?? {};
    const texts = at.texts as ReturnType<typeof memoryTexts>;
    const said = await texts.get([{ author: closed?.by ?? '', ref: closed?.reason ?? { id: '', hash: '' } }]);
    expect([...said.values()]).toEqual(['The ticket of this request was closed.']);
  });

  test.each([
    ['open', { state: 'open' } as const],
    ['missing', { state: 'missing' } as const],
    ['unavailable', 'unavailable' as const],
  ])('that is %s is looked at again in five minutes', async (_what, answer) => {
    const { at, asked } = await looking(answer);
    await at.run();
    expect(await at.types()).toEqual(['request.submitted']);
    expect(at.dues.open()).toEqual([{ requestId: ask().requestId, kind: 'ticket', at: noon(600) }]);
    at.clock.set(noon(599));
    await at.run();
    expect(asked).toHaveLength(1);
  });

  test('is not asked about where its closing ends nothing, or the grant is over', async () => {
    const indifferent = await looking({ state: 'closed' }, ticketed({ endsGrant: false }));
    await indifferent.at.run();
    const over = await looking({ state: 'closed' });
    over.at.clock.set(noon(86_400));
    await over.at.run();
    expect([indifferent.asked, over.asked, kinds(indifferent.at), kinds(over.at)]).toEqual([[], [], [], []]);
  });

  test.each([
    ['is not lent any more', policy([])],
    ['wants no ticket any more', policy([entitlement({ approval: 'auto' })])],
    ['asks nobody about it any more', policy([unchecked])],
  ])('is nobody’s matter where its entitlement %s', async (_what, now) => {
    const { at, asked } = await looking({ state: 'closed' });
    expect(await runDues({ ...at, policy: now }, patient)).toEqual({ done: 1, failed: 0 });
    expect([asked, kinds(at), await at.types()]).toEqual([[], [], ['request.submitted']]);
  });

  test('is none where the grant came without one', async () => {
    const of = ticketed();
    const asked: unknown[] = [];
    const tickets: Tickets = {
      look: (_service, ticket) => {
        asked.push(ticket);
        return Promise.resolve({ state: 'closed' });
      },
    };
    const at = await scene([submitted({}, { of })], { of, tickets });
    await at.dues.again({ requestId: ask().requestId, kind: 'ticket', at: noon(300) });
    at.clock.set(noon(300));
    await at.run();
    expect([asked, kinds(at)]).toStrictEqual([[], []]);
  });

  test('that is closed has the grant listed as revoked', async () => {
    const { at } = await looking({ state: 'closed' });
    const summaries = memorySummaries();
    await runDues({ ...at, summaries }, patient);
    const { items } = await summaries.ofRequester(engineer.handle, { limit: 9 });
    expect(items).toMatchObject([{ id: ask().requestId, closed: { kind: 'revoked' } }]);
  });

  test('that closes while its requester ends the grant revokes nothing', async () => {
    const of = ticketed();
    const at = await scene([granted(of)], { of, tickets: memoryTickets({ 'jira OPS-1': { state: 'closed' } }) });
    at.clock.set(noon(300));
    const [first] = await at.ledger.read(STREAM);
    const ended = seal(first, STREAM, recorded('request.ended', {}, { by: engineer, at: noon(299) }));
    const texts = {
      put: async () => {
        await at.ledger.append(ended);
      },
    };
    await runDues({ ...at, texts }, patient);
    expect(await at.types()).toEqual(['request.submitted', 'request.ended']);
  });
});

describe('a run', () => {
  test('passes over what the ledger does not have', async () => {
    const at = await scene([]);
    const requestId = ask().requestId;
    for (const kind of ['lapse', 'ticket', 'approval_reminder'] as const)
      await at.dues.again({ requestId, kind, at: noon(0) });
    expect(await at.run()).toEqual({ done: 3, failed: 0 });
    expect(kinds(at)).toStrictEqual([]);
  });

  test('leaves the rest to the next when its time is short', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    const read: string[] = [];
    const by: typeof at.dues.by = (now, shard) => {
      read.push(shard);
      return at.dues.by(now, shard);
    };
    expect(await runDues({ ...at, dues: { ...at.dues, by } }, { remainingMs: () => 4999 })).toEqual({
      ...{ done: 0, failed: 0 },
    });
    expect([read, kinds(at).length]).toEqual([[], 2]);
    expect(await runDues(at, { remainingMs: () => 5000 })).toEqual({ done: 2, failed: 0 });
  });

  test('begins nothing more once its time is short', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    let left = 10_000;
    const summaries = {
      put: () => {
        left = 4999;
        return Promise.resolve();
      },
    };
    expect(await runDues({ ...at, summaries }, { remainingMs: () => left })).toEqual({ done: 1, failed: 0 });
    expect([kinds(at), at.sent]).toEqual([['approval_reminder'], []]);
  });

  test('asks about tickets last, the longest due first, so that a service that takes all its time holds up no lapse', async () => {
    const of = ticketed();
    let left = 50_000;
    const asked: string[] = [];
    const tickets: Tickets = {
      look: (_service, ticket) => {
        asked.push(ticket);
        left = 0;
        return Promise.resolve('unavailable');
      },
    };
    const at = await scene([submitted({ ticket: 'OPS-1' }, { of })], { of, tickets });
    const waiting = submitted({ requestId: 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB' });
    await at.ledger.append(seal(undefined, 'request#r_BBBBBBBBBBBBBBBBBBBBBBBBBB', waiting));
    at.dues.plan(summaryOf(fold([waiting])!));
    at.clock.set(noon(1800));
    expect(at.dues.open()[0]).toMatchObject({ kind: 'ticket' });
    expect(await runDues(at, { remainingMs: () => left })).toEqual({ done: 3, failed: 0 });
    expect(asked).toEqual(['OPS-1']);
    expect(kinds(at)).toEqual(['ticket']);
  });

  test('asks about tickets in the order in which they are due, whatever their shard', async () => {
    const of = ticketed();
    const asked: string[] = [];
    const tickets: Tickets = {
      look: (_service, ticket) => {
        asked.push(ticket);
        return Promise.resolve('unavailable');
      },
    };
    const at = await scene([]);
    const dueAt = async (letter: string, ticket: string, seconds: number) => {
      const requestId = `r_${letter.repeat(26)}`;
      const event = seal(undefined, `request#${requestId}`, submitted({ requestId, ticket }, { of }));
      await at.ledger.append(event);
      return { requestId, kind: 'ticket' as const, at: noon(seconds) };
    };
    const shards = {
      a: [await dueAt('A', 'OPS-1', 200), await dueAt('B', 'OPS-3', 400)],
      b: [await dueAt('C', 'OPS-2', 300)],
    };
    const by = (_now: string, shard: string) => Promise.resolve({ items: shard === 'a' ? shards.a : shards.b });
    at.clock.set(noon(400));
    const schedule = { ...at, tickets, policy: policy([of]), dues: { ...at.dues, shards: ['a', 'b'], by } };
    expect(await runDues(schedule, patient)).toEqual({ done: 3, failed: 0 });
    expect(asked).toEqual(['OPS-1', 'OPS-2', 'OPS-3']);
  });

  test('puts on record that an intent never got its outcome', async () => {
    const at = await scene([submitted(), approved(approver, noon(1)), intended(noon(2))]);
    await at.dues.again({ requestId: ask().requestId, kind: 'outcome', at: noon(602) });
    at.clock.set(noon(602));
    await at.run();
    expect((await at.ledger.read(STREAM)).at(-1)).toMatchObject({ type: 'credentials.unknown', actor: ON_SCHEDULE });
    expect(kinds(at)).not.toContain('outcome');
  });

  test('asks about eight tickets at once and no more', async () => {
    const at = await scene([]);
    const of = ticketed();
    let [under, most] = [0, 0];
    const tickets: Tickets = {
      look: async () => {
        under += 1;
        most = Math.max(most, under);
        await new Promise(setImmediate);
        under -= 1;
        return 'unavailable';
      },
    };
    for (let index = 0; index < 20; index += 1) {
      const requestId = `r_${String.fromCharCode(65 + index).repeat(26)}`;
      await at.ledger.append(
        seal(undefined, `request#${requestId}`, submitted({ requestId, ticket: 'OPS-1' }, { of })),
      );
      await at.dues.again({ requestId, kind: 'ticket', at: noon(300) });
    }
    at.clock.set(noon(300));
    expect(await runDues({ ...at, tickets, policy: policy([of]) }, patient)).toEqual({ done: 20, failed: 0 });
    expect(most).toBe(8);
  });

  test('goes through every page of every shard', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    const [first, second] = at.dues.open();
    const dues = {
      ...at.dues,
      shards: ['a', 'b'],
      by: (_now: string, shard: string, after?: object) =>
        Promise.resolve(
          shard === 'a' && first && second
            ? after
              ? { items: [second] }
              : { items: [first], next: first }
            : { items: [] },
        ),
    };
    expect(await runDues({ ...at, dues }, patient)).toEqual({ done: 2, failed: 0 });
  });

  test('deals with every other shard where one cannot be read, and fails then', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(900));
    const dues = {
      ...at.dues,
      shards: ['a', 'b'],
      by: (now: string, shard: string) => (shard === 'a' ? Promise.reject(unavailable()) : at.dues.by(now, shard)),
    };
    const asked: string[] = [];
    const ledger: typeof at.ledger = {
      ...at.ledger,
      read: (stream) => {
        asked.push(stream);
        return at.ledger.read(stream);
      },
    };
    await expect(runDues({ ...at, ledger, dues }, patient)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(asked).toEqual([STREAM]);
    expect(at.sent.map(({ kind }) => kind)).toEqual(['approval_reminder']);
  });

  test('gives up on one request whose ledger is always ahead, and says so', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    const ledger = { ...at.ledger, append: () => Promise.resolve('conflict' as const) };
    let left = 8;
    const impatient = { remainingMs: () => ((left -= 1) > 0 ? 10_000 : 0) };
    expect(await runDues({ ...at, ledger }, impatient)).toMatchObject({ failed: 1 });
    expect(at.warnings[0]).toMatch(/^lapse of .* was not dealt with$/);
  });
});
