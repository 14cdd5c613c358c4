import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Act } from '../../../lib/broker/decide-request.ts';
import { viewRequests } from '../../../lib/broker/request-view.ts';
import { statusAt } from '../../../lib/domain/request.ts';
import {
  approver,
  auditor,
  engineer,
  entitlement,
  noon,
  outsider,
  policy,
  secondApprover,
  security,
  stage,
} from '../../support/builders.ts';
import {
  type MemoryDesk,
  memoryDesk,
  memoryLedger,
  memoryTexts,
  patient,
  patientFor,
  unavailable,
} from '../../support/memory.ts';
import { acted, asked, codeOf, eventsOf, granted, typesOf } from './story.ts';

const approve: Act = { type: 'approve' };
const deny: Act = { type: 'deny', reason: 'not today' };
const revoke: Act = { type: 'revoke', reason: 'the incident is over' };
const statusOf = async (desk: MemoryDesk, id: string, principal = engineer): Promise<unknown> =>
  (await desk.summaries.ofRequester(principal.handle, { limit: 10 })).items
    .filter((item) => item.id === id)
    .map((item) => statusAt(item, desk.clock.now()))[0];

describe('an act', () => {
  test.each<readonly [Act, typeof engineer, string, string]>([
    [approve, approver, 'request.approved', 'approved'],
    [deny, approver, 'request.denied', 'denied'],
    [{ type: 'cancel' }, engineer, 'request.cancelled', 'cancelled'],
  ])('on a pending request is one event, and is in the list: %j', async (act, who, event, status) => {
    const desk = memoryDesk();
    const id = await asked(desk);
    desk.clock.advance(5);
    const state = await acted(desk, id, who, act);
    expect((await eventsOf(desk, id)).at(-1)).toMatchObject({
      type: event,
      seq: 1,
      at: noon(5),
      actor: { kind: 'person', handle: who.handle },
    });
    expect([statusAt(state, noon(5)), await statusOf(desk, id)]).toEqual([status, status]);
  });

  test.each<readonly [Act, typeof engineer, string, string]>([
    [revoke, security, 'request.revoked', 'revoked'],
    [{ type: 'end' }, engineer, 'request.ended', 'ended'],
  ])('on a grant is one event, and is in the list: %j', async (act, who, event, status) => {
    const desk = memoryDesk();
    const id = await granted(desk);
    await acted(desk, id, who, act);
    expect((await typesOf(desk, id)).at(-1)).toBe(event);
    expect(await statusOf(desk, id)).toBe(status);
  });

  test('keeps what the approver made less and later', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const state = await acted(desk, id, approver, { type: 'approve', durationSeconds: 900, startAt: noon(600) });
    expect(state).toMatchObject({ grantedSeconds: 900, startAt: noon(600) });
    expect((await eventsOf(desk, id)).at(-1)?.data).toEqual({ stage: 0, durationSeconds: 900, startAt: noon(600) });
  });

  test.each<readonly [Act, string]>([
    [{ type: 'approve', comment: 'go ahead' }, 'go ahead'],
    [deny, 'not today'],
  ])('keeps its words beside the chain: %j', async (act, text) => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const state = await acted(desk, id, approver, act);
    const [view] = await viewRequests(desk, engineer, [state]);
    expect(view?.closed?.reason ?? view?.stages[0]?.approvals[0]?.comment).toBe(text);
    expect(JSON.stringify(await eventsOf(desk, id))).not.toContain(text);
  });

  test('stores its words first, once, and only when the decision is in favour', async () => {
    const put: string[] = [];
    const desk = memoryDesk();
    const counting = {
      ...desk,
      texts: {
        ...desk.texts,
        put: async (...of: Parameters<MemoryDesk['texts']['put']>) => {
          put.push(`${of[2].text} at ${(await eventsOf(desk, id)).length}`);
          await desk.texts.put(...of);
        },
      },
    };
    const id = await asked(desk);
    expect(await codeOf(acted(counting, id, engineer, deny))).toBe('not_an_approver');
    expect(put).toStrictEqual([]);
    await acted(counting, id, approver, deny);
    expect(put).toEqual(['not today at 1']);
  });

  test('whose words cannot be stored is not done', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const mute = { ...desk, texts: { ...memoryTexts(), put: () => Promise.reject(unavailable()) } };
    expect(await codeOf(acted(mute, id, approver, deny))).toBe('ledger_unavailable');
    expect(await typesOf(desk, id)).toEqual(['request.submitted']);
  });

  test('without words stores none', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const mute = { ...desk, texts: { ...desk.texts, put: () => Promise.reject(new Error('words')) } };
    expect(await acted(mute, id, approver, approve)).toMatchObject({ seq: 1 });
  });

  test('said again changes nothing and writes no summary', async () => {
    const desk = memoryDesk();
    const id = await granted(desk);
    const still = { ...desk, summaries: { ...desk.summaries, put: () => Promise.reject(new Error('a summary')) } };
    expect(await acted(still, id, approver, { type: 'approve', comment: 'again' })).toMatchObject({ seq: 1 });
    expect(desk.warnings).toStrictEqual([]);
    expect(await typesOf(desk, id)).toEqual(['request.submitted', 'request.approved']);
  });

  test('that is refused carries the refusal and writes nothing', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    await expect(acted(desk, id, engineer, approve)).rejects.toMatchObject({
      name: 'RefusedError',
      refusal: { code: 'self_approval' },
      request: { id },
    });
    expect(await typesOf(desk, id)).toEqual(['request.submitted']);
  });

  test('is timed no earlier than the event before, also when this machine’s clock is behind', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    desk.clock.set(noon(-60));
    await acted(desk, id, approver, approve);
    expect((await eventsOf(desk, id)).at(-1)?.at).toBe(noon(0));
  });
});

describe('to whoever may not read it a request does not exist', () => {
  const acts: readonly Act[] = [approve, deny, revoke, { type: 'cancel' }, { type: 'end' }];

  test.each(acts)('%j', async (act) => {
    const desk = memoryDesk();
    const id = await granted(desk);
    const refusals = await Promise.all(
      [id, 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB'].map((each) =>
        acted(desk, each, outsider, act).catch((error: unknown) => error),
      ),
    );
    expect(refusals[0]).toMatchObject({ code: 'not_found' });
    expect(refusals[0]).toEqual(refusals[1]);
  });

  test('a reader who may not act is refused, and knows that it exists', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    expect(await codeOf(acted(desk, id, auditor, approve))).toBe('not_an_approver');
    expect(await codeOf(acted(desk, id, auditor, { type: 'cancel' }))).toBe('not_the_requester');
  });
});

describe('when somebody else was quicker', () => {
  const busy = (desk: MemoryDesk, conflicts: number): MemoryDesk => {
    let left = conflicts;
    return {
      ...desk,
      ledger: {
        ...desk.ledger,
        append: (event) => {
          left -= 1;
          return left >= 0 ? Promise.resolve('conflict') : desk.ledger.append(event);
        },
      },
    };
  };

  test('it is read and decided again, the words stored once', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    let puts = 0;
    const texts = {
      ...desk.texts,
      put: (...of: Parameters<typeof desk.texts.put>) => ((puts += 1), desk.texts.put(...of)),
    };
    await acted({ ...busy(desk, 3), texts }, id, approver, deny);
    expect([puts, await typesOf(desk, id)]).toEqual([1, ['request.submitted', 'request.denied']]);
  });

  test('the pauses between tries grow, are drawn by chance, and stay under 80 ms', async () => {
    const desk = memoryDesk({ chance: { ...memoryDesk().chance, fraction: () => 0.5 } });
    const id = await asked(desk);
    await acted(busy(desk, 7), id, approver, approve);
    expect(desk.clock.pauses).toEqual([2.5, 5, 10, 20, 40, 40, 40]);
  });

  test('it is given up when the caller’s patience ends', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    expect(await codeOf(acted(busy(desk, 99), id, approver, approve, patientFor(3)))).toBe('ledger_conflict');
    expect(desk.clock.pauses).toHaveLength(3);
  });

  test.each([
    [80, 'ledger_conflict'],
    [81, 'went through'],
  ])('with %d ms left: %s', async (ms, outcome) => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const attempt = acted(busy(desk, 1), id, approver, approve, { remainingMs: () => ms });
    expect(
      await attempt.then(
        () => 'went through',
        () => codeOf(attempt),
      ),
    ).toBe(outcome);
  });

  test('a ledger that is away is not asked again: what was decided may have been written', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const down = { ...desk, ledger: { ...desk.ledger, append: () => Promise.reject(unavailable()) } };
    expect(await codeOf(acted(down, id, approver, approve))).toBe('ledger_unavailable');
    expect(desk.clock.pauses).toStrictEqual([]);
  });
});

describe('in whatever order the ledger takes them', () => {
  type Deed = readonly [typeof engineer, Act];
  /** What each came to, and the events there were in the end. */
  const race = async (scheduler: fc.Scheduler, deeds: readonly Deed[], count = 1) => {
    const staged = entitlement({ approval: { stages: [stage('sre-leads', count)], withinSeconds: 1800 } });
    const turns = { on: false };
    const ledger = memoryLedger(() => (turns.on ? scheduler.schedule(Promise.resolve()) : Promise.resolve()));
    const desk = memoryDesk({ ledger, policy: policy([staged]) });
    const id = await asked(desk);
    turns.on = true;
    const all = Promise.all(
      deeds.map(([who, act]) =>
        acted(desk, id, who, act, patient).then(
          () => 'done',
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    );
    await scheduler.waitFor(all);
    turns.on = false;
    return { outcomes: await all, types: (await typesOf(desk, id)).slice(1) };
  };
  const always = (law: (scheduler: fc.Scheduler) => Promise<void>): Promise<void> =>
    fc.assert(fc.asyncProperty(fc.scheduler(), law), { numRuns: 60 });

  test('two approvals at once both count', () =>
    always(async (scheduler) => {
      const { outcomes, types } = await race(
        scheduler,
        [
          [approver, approve],
          [secondApprover, approve],
        ],
        2,
      );
      expect(outcomes).toEqual(['done', 'done']);
      expect(types).toEqual(['request.approved', 'request.approved']);
    }));

  test('two approvals at once where one is enough make one approval', () =>
    always(async (scheduler) => {
      const { outcomes, types } = await race(scheduler, [
        [approver, approve],
        [secondApprover, approve],
      ]);
      expect(outcomes.toSorted()).toEqual(['done', 'wrong_status']);
      expect(types).toEqual(['request.approved']);
    }));

  test('the same approver ten times at once approves once, and all are told so', () =>
    always(async (scheduler) => {
      const { outcomes, types } = await race(
        scheduler,
        Array.from({ length: 10 }, (): Deed => [approver, approve]),
        2,
      );
      expect(new Set(outcomes)).toEqual(new Set(['done']));
      expect(types).toEqual(['request.approved']);
    }));

  test('of an approval and a cancel exactly one happens', () =>
    always(async (scheduler) => {
      const { outcomes, types } = await race(scheduler, [
        [approver, approve],
        [engineer, { type: 'cancel' }],
      ]);
      expect(outcomes.toSorted()).toEqual(['done', 'wrong_status']);
      expect(types).toHaveLength(1);
    }));

  test('of a deny, a cancel and an approval exactly one happens', () =>
    always(async (scheduler) => {
      const deeds: readonly Deed[] = [
        [approver, deny],
        [engineer, { type: 'cancel' }],
        [secondApprover, approve],
      ];
      const { outcomes, types } = await race(scheduler, deeds);
      expect(outcomes.toSorted()).toEqual(['done', 'wrong_status', 'wrong_status']);
      expect(types).toHaveLength(1);
    }));
});
