import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Ask, submitRequest, tryRequests } from '../../../lib/broker/submit-request.ts';
import { hashText } from '../../../lib/broker/text.ts';
import { eventOf } from '../../../lib/domain/invariant.ts';
import { approver, engineer, entitlement, noon, outsider, policy } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, memoryTexts, patient, unavailable } from '../../support/memory.ts';
import { acted, asked, codeOf, eventsOf, typesOf, words } from './story.ts';

const submit = (desk = memoryDesk(), ask: Partial<Ask> = {}, idempotencyKey?: string, principal = engineer) =>
  submitRequest(desk, {
    ...{ principal, ask: { ...words, ...ask }, patience: patient },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

const requestsIn = (desk: MemoryDesk): readonly string[] =>
  desk.ledger.streams().filter((stream) => stream.startsWith('request#'));

const page = { limit: 10 };

describe('a submission', () => {
  test('is one event by its requester, at this moment', async () => {
    const desk = memoryDesk();
    const request = await submit(desk, { ticket: 'OPS-1', startAt: noon(60) });
    const events = await eventsOf(desk, request.id);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'request.submitted',
      at: noon(0),
      seq: 0,
      actor: { kind: 'person', handle: engineer.handle },
      data: { requestId: request.id, ticket: 'OPS-1', startAt: noon(60), durationSeconds: 3600 },
    });
  });

  test('keeps the words beside the chain, under the hash that the event holds', async () => {
    const put: unknown[] = [];
    const texts = memoryTexts();
    const desk = memoryDesk({
      texts: {
        ...texts,
        put: async (author, ref, value) => {
          put.push({ author, ref, hash: hashText(value.salt, value.text), text: value.text });
          await texts.put(author, ref, value);
        },
      },
    });
    const { id } = await submit(desk);
    const [event] = await eventsOf(desk, id);
    const ref = eventOf('request.submitted', event).data.justification;
    expect(put).toEqual([{ author: engineer.handle, ref, hash: ref.hash, text: words.justification }]);
    expect(JSON.stringify(event)).not.toContain(words.justification);
  });

  test('stores the words first: an event never refers to what was not stored', async () => {
    const desk = memoryDesk({ texts: { ...memoryTexts(), put: () => Promise.reject(unavailable()) } });
    expect(await codeOf(submit(desk))).toBe('ledger_unavailable');
    expect(requestsIn(desk)).toStrictEqual([]);
  });

  test('is in the list before it answers', async () => {
    const desk = memoryDesk();
    const { id } = await submit(desk);
    const { items } = await desk.summaries.ofRequester(engineer.handle, page);
    expect(items.map((item) => item.id)).toEqual([id]);
    expect(items[0]).not.toHaveProperty('issues');
  });

  test('stands when its summary cannot be written, and the operator is told', async () => {
    const cause = new Error('throttled');
    const desk = memoryDesk();
    const request = await submit({ ...desk, summaries: { ...desk.summaries, put: () => Promise.reject(cause) } });
    expect(await typesOf(desk, request.id)).toEqual(['request.submitted']);
    expect(desk.warnings).toEqual([{ message: expect.any(String), cause }]);
  });

  test('that the ledger does not take is no submission', async () => {
    const desk = memoryDesk();
    const down = { ...desk, ledger: { ...desk.ledger, append: () => Promise.reject(unavailable()) } };
    expect(await codeOf(submit(down))).toBe('ledger_unavailable');
    expect((await desk.summaries.ofRequester(engineer.handle, page)).items).toStrictEqual([]);
  });

  test('that is refused writes nothing, not even words', async () => {
    const desk = memoryDesk({ texts: { ...memoryTexts(), put: () => Promise.reject(new Error('words')) } });
    expect(await codeOf(submit(desk, {}, undefined, outsider))).toBe('not_eligible');
    expect(await codeOf(submit(desk, { durationSeconds: 3601 }))).toBe('invalid_input');
    expect(desk.ledger.streams()).toStrictEqual([]);
  });

  test('is allowed to whoever is on call right now, where access.yml says so', async () => {
    const desk = memoryDesk({ policy: policy([entitlement({ requesters: { groups: ['oncall:sre'] } })]) });
    const onCall = { emails: () => Promise.resolve(['engineer@example.com']) };
    expect(await codeOf(submit(desk))).toBe('not_eligible');
    expect((await submit({ ...desk, onCall })).requester).toBe(engineer.handle);
  });

  test('without a key is another each time', async () => {
    const desk = memoryDesk();
    expect(await asked(desk)).not.toBe(await asked(desk));
  });
});

describe('the same key', () => {
  test('and the same ask give the first request again', async () => {
    const desk = memoryDesk();
    const ask = { ticket: 'OPS-1', startAt: noon(60) };
    const first = await submit(desk, ask, 'key');
    desk.clock.advance(30);
    expect((await submit(desk, ask, 'key')).id).toBe(first.id);
    expect(await typesOf(desk, first.id)).toEqual(['request.submitted']);
  });

  test('gives the request as it is by now, also when an approver changed what was asked for', async () => {
    const desk = memoryDesk();
    const { id } = await submit(desk, { startAt: noon(60) }, 'key');
    await acted(desk, id, approver, { type: 'approve', durationSeconds: 900, startAt: noon(600) });
    expect(await submit(desk, { startAt: noon(60) }, 'key')).toMatchObject({ grantedSeconds: 900, seq: 1 });
  });

  test('is no new submission: what would be refused today is the first request all the same', async () => {
    const desk = memoryDesk();
    const first = await submit(desk, {}, 'key');
    expect((await submit(desk, {}, 'key', { ...engineer, groups: [] })).id).toBe(first.id);
  });

  test.each<readonly [string, Partial<Ask>]>([
    ['entitlement', { entitlementId: 'prod-read' }],
    ['justification', { justification: 'something else entirely' }],
    ['duration', { durationSeconds: 900 }],
    ['ticket', { ticket: 'OPS-2' }],
    ['start', { startAt: noon(120) }],
  ])('and another %s conflict, and nothing is written', async (_member, other) => {
    const desk = memoryDesk({ policy: policy([entitlement(), entitlement({ id: 'prod-read' })]) });
    const first = await submit(desk, { ticket: 'OPS-1', startAt: noon(60) }, 'key');
    expect(await codeOf(submit(desk, { ticket: 'OPS-1', startAt: noon(60), ...other }, 'key'))).toBe(
      'idempotency_conflict',
    );
    expect(await typesOf(desk, first.id)).toEqual(['request.submitted']);
  });

  test('and a ticket or start fewer conflict as well', async () => {
    const desk = memoryDesk();
    await submit(desk, { ticket: 'OPS-1', startAt: noon(60) }, 'key');
    expect(await codeOf(submit(desk, { ticket: 'OPS-1' }, 'key'))).toBe('idempotency_conflict');
    expect(await codeOf(submit(desk, { startAt: noon(60) }, 'key'))).toBe('idempotency_conflict');
  });

  test('and break-glass where there was none before, or none where there was, conflict; the same again is the first', async () => {
    const breakGlass = {
      ...{ requesters: { groups: ['okta:sre'] }, reviewers: { groups: ['okta:security'] } },
      ...{ maxDurationSeconds: 3600, issuesPerHour: 5, reviewWithinSeconds: 3600, notify: [] },
    };
    const desk = memoryDesk({ policy: policy([entitlement({ breakGlass })]) });
    const ordinary = await submit(desk, {}, 'ordinary');
    const broken = await submit(desk, { breakGlass: true }, 'broken');
    expect(await codeOf(submit(desk, { breakGlass: true }, 'ordinary'))).toBe('idempotency_conflict');
    expect(await codeOf(submit(desk, {}, 'broken'))).toBe('idempotency_conflict');
    expect((await submit(desk, { breakGlass: false }, 'ordinary')).id).toBe(ordinary.id);
    expect((await submit(desk, { breakGlass: true }, 'broken')).id).toBe(broken.id);
  });

  test('gives the first request again though nothing could be decided now', async () => {
    const desk = memoryDesk();
    const { id } = await submit(desk, {}, 'key');
    const down = { ...desk, ledger: { ...desk.ledger, last: () => Promise.reject(unavailable()) } };
    expect((await submit(down, {}, 'key')).id).toBe(id);
  });

  test('of somebody else is another request', async () => {
    const desk = memoryDesk({
      policy: policy([entitlement({ requesters: { groups: ['okta:sre', 'okta:sre-leads'] } })]),
    });
    const [mine, theirs] = [await submit(desk, {}, 'key'), await submit(desk, {}, 'key', approver)];
    expect(mine.id).not.toBe(theirs.id);
  });

  test('after the words were forgotten conflicts with whatever they were', async () => {
    const desk = memoryDesk();
    await submit(desk, {}, 'key');
    desk.texts.forget(engineer.handle);
    expect(await codeOf(submit(desk, {}, 'key'))).toBe('idempotency_conflict');
  });

  test('twenty times at once makes one request, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const desk = memoryDesk({ ledger: memoryLedger(() => scheduler.schedule(Promise.resolve())) });
        const all = Promise.all(Array.from({ length: 20 }, () => submit(desk, {}, 'key')));
        await scheduler.waitFor(all);
        expect(new Set((await all).map(({ id }) => id)).size).toBe(1);
        expect(requestsIn(desk)).toHaveLength(1);
      }),
      { numRuns: 30 },
    );
  });

  test('raced with two asks makes one request, and the other conflicts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const desk = memoryDesk({ ledger: memoryLedger(() => scheduler.schedule(Promise.resolve())) });
        const all = Promise.allSettled([submit(desk, {}, 'key'), submit(desk, { durationSeconds: 900 }, 'key')]);
        await scheduler.waitFor(all);
        const outcomes = await all;
        expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
        expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
          reason: { code: 'idempotency_conflict' },
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe('a dry run', () => {
  test('allows what a submission would, and writes nothing', async () => {
    const desk = memoryDesk();
    const { allowed, rules } = await tryRequests(desk, engineer, [words]);
    expect(allowed).toBe(true);
    expect(rules.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['eligible', 'duration', 'ticket', 'mfa']));
    expect(rules.filter(({ outcome }) => outcome !== 'satisfied')).toStrictEqual([]);
    expect(desk.ledger.streams()).toStrictEqual([]);
  });

  test('tells which rules would be against it', async () => {
    const { allowed, rules } = await tryRequests(memoryDesk(), engineer, [
      { ...words, durationSeconds: 3601, justification: 'x' },
    ]);
    expect(allowed).toBe(false);
    expect(rules.filter(({ outcome }) => outcome !== 'satisfied').map(({ rule }) => rule)).toEqual([
      'duration',
      'justification',
    ]);
  });

  test('goes by the time of the desk', async () => {
    const desk = memoryDesk();
    desk.clock.advance(61);
    expect((await tryRequests(desk, engineer, [{ ...words, startAt: noon(60) }])).allowed).toBe(false);
  });
});
