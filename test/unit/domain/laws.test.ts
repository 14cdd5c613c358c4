import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Command } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { submit } from '../../../lib/domain/decide-submit.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { DomainEvent, RecordedEvent } from '../../../lib/domain/event.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type RequestState, evolve, fold, grantAt, statusAt } from '../../../lib/domain/request.ts';
import {
  approver,
  ask,
  auditor,
  context,
  engineer,
  entitlement,
  noon,
  outsider,
  principal,
  secondApprover,
  security,
  stage,
  words,
} from '../../support/builders.ts';

/** The requester, in every group there is: whoever may not, must not even so. */
const mighty = principal('engineer', ['sre', 'sre-leads', 'security', 'auditors']);
const people = [mighty, engineer, approver, secondApprover, security, auditor, outsider];

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        type: fc.constant('approve' as const),
        durationSeconds: fc.integer({ min: 1, max: 7200 }),
        startAt: fc.integer({ min: -600, max: 7200 }).map(noon),
      },
      { requiredKeys: ['type'] },
    ),
  },
  fc.constantFrom<Command>(
    { type: 'deny', reason: words('no') },
    { type: 'cancel' },
    { type: 'end' },
    { type: 'revoke', reason: words('no') },
  ),
  { weight: 3, arbitrary: fc.constant<Command>({ type: 'issue', purpose: 'credentials', sessionNameHash: 'h' }) },
);

const steps = fc.array(
  fc.record({ by: fc.constantFrom(...people), command: commands, pauseSeconds: fc.nat({ max: 900 }) }),
  { maxLength: 40 },
);

const entitlements = fc
  .constantFrom<Entitlement['approval']>(
    'auto',
    { stages: [stage('sre-leads')], withinSeconds: 1800 },
    { stages: [stage('sre-leads', 2)], withinSeconds: 3600 },
    { stages: [stage('sre-leads'), stage('security')], withinSeconds: 7200 },
  )
  .map((approval) => entitlement({ approval, limits: { issuesPerHour: 3 } }));

interface Moment {
  readonly now: string;
  readonly before: RequestState;
  readonly after: RequestState;
  readonly event: RecordedEvent | undefined;
}

const stamped = (event: DomainEvent, by: Principal, at: string, id: number): RecordedEvent => ({
  ...event,
  eventId: `e${id}`,
  at,
  actor: { kind: by.kind, handle: by.handle },
});

/** Every moment of a request's life under these steps, refused ones included. */
const lived = (of: Entitlement, taken: readonly { by: Principal; command: Command; pauseSeconds: number }[]) => {
  const first = submit(ask(), context(engineer, noon(0), [of]));
  if (!('event' in first) || !first.event) throw new TypeError('the engineer may ask');
  const events: RecordedEvent[] = [stamped(first.event, engineer, noon(0), 0)];
  const moments: Moment[] = [];
  let state = evolve(undefined, events[0]!);
  let seconds = 0;
  for (const { by, command, pauseSeconds } of taken) {
    seconds += pauseSeconds;
    const now = noon(seconds);
    const decision = decide(state, command, context(by, now, [of]));
    const event = 'event' in decision && decision.event ? stamped(decision.event, by, now, events.length) : undefined;
    const before = state;
    if (event) {
      events.push(event);
      state = evolve(state, event);
    }
    moments.push({ now, before, after: state, event });
  }
  return { events, moments, state };
};

/** Where a status may go; `expired` comes by time alone. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  pending: ['pending', 'approved', 'denied', 'cancelled', 'expired'],
  approved: ['approved', 'revoked', 'ended', 'expired'],
  denied: ['denied'],
  cancelled: ['cancelled'],
  expired: ['expired', 'revoked'],
  revoked: ['revoked'],
  ended: ['ended', 'revoked'],
};

const forEveryLife = (law: (life: ReturnType<typeof lived>, of: Entitlement) => void, seed?: number): void => {
  fc.assert(
    fc.property(entitlements, steps, (of, taken) => {
      law(lived(of, taken), of);
    }),
    { numRuns: 500, ...(seed === undefined ? {} : { seed }) },
  );
};

describe('whatever is done to a request, in whatever order', () => {
  test('what was granted never rises, and never above what was asked for', () => {
    forEveryLife(({ moments }) => {
      for (const { before, after } of moments) expect(after.grantedSeconds).toBeLessThanOrEqual(before.grantedSeconds);
    });
  });

  test('the requester is never among the approvers, and no approver twice', () => {
    forEveryLife(({ state }) => {
      const approvers = state.approvals.map((approval) => approval.approver);
      expect(approvers).not.toContain(engineer.handle);
      expect(new Set(approvers).size).toBe(approvers.length);
    });
  });

  test('the status goes only where it may', () => {
    forEveryLife(({ moments }) => {
      let status = 'pending';
      for (const { now, before, after } of moments) {
        for (const next of [statusAt(before, now), statusAt(after, now)]) {
          expect(EDGES[status]).toContain(next);
          status = next;
        }
      }
    });
  });

  test('the window is never longer than what was asked for, and never moves to earlier', () => {
    forEveryLife(({ moments }) => {
      let startsAt = 0;
      for (const { now, after } of moments) {
        const grant = grantAt(after, now);
        if (!grant) continue;
        expect(Date.parse(grant.endsAt) - Date.parse(grant.startsAt)).toBeLessThanOrEqual(after.durationSeconds * 1000);
        expect(Date.parse(grant.startsAt)).toBeGreaterThanOrEqual(startsAt);
        startsAt = Date.parse(grant.startsAt);
      }
    });
  });

  test('an issue is only intended by the requester, in an active window, with every approval there', () => {
    forEveryLife(({ moments }, of) => {
      for (const { now, before, event } of moments) {
        if (event?.type !== 'credentials.intended') continue;
        expect(event.actor.handle).toBe(engineer.handle);
        expect(grantAt(before, now)?.state).toBe('active');
        const needed = of.approval === 'auto' ? 0 : of.approval.stages.reduce((sum, { count }) => sum + count, 0);
        expect(before.approvals).toHaveLength(needed);
        expect(Date.parse(event.data.endsAt)).toBeGreaterThan(Date.parse(now));
      }
    });
  });

  test('no more issues are intended within an hour than the limit', () => {
    forEveryLife(({ state }) => {
      const times = state.issues.map(({ at }) => Date.parse(at));
      for (const time of times)
        expect(times.filter((other) => other <= time && other > time - 3_600_000).length).toBeLessThanOrEqual(3);
    });
  });

  test('the fold of the events is the state, however often', () => {
    forEveryLife(({ events, state }) => {
      expect(fold(events)).toEqual(state);
      expect(fold(JSON.parse(JSON.stringify(events)) as RecordedEvent[])).toEqual(state);
    });
  });

  test('a closed request stays as it is', () => {
    forEveryLife(({ moments }) => {
      for (const { before, event } of moments) if (before.closed) expect(event).toBeUndefined();
    });
  });
});

test('the lives that the laws are tried on are worth it: each kind of event comes up', () => {
  const seen = new Set<string>();
  // A law holds of every life; that something comes up is likely only, so that it is said of the same lives each time.
  forEveryLife(({ events }) => {
    for (const { type } of events) seen.add(type);
  }, 20_261_122);
  expect([...seen].toSorted()).toEqual([
    'credentials.intended',
    'request.approved',
    'request.cancelled',
    'request.denied',
    'request.ended',
    'request.revoked',
    'request.submitted',
  ]);
});
