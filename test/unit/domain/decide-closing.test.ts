import { describe, expect, test } from '@jest/globals';
import type { Command } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import type { RequestState } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  auditor,
  context,
  engineer,
  entitlement,
  granted,
  intended,
  noon,
  pending,
  principal,
  recorded,
  request,
  secondApprover,
  security,
  submitted,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome, told } from './outcome.ts';

const reason = words('why not');
const revoke: Command = { type: 'revoke', reason };
const closed = granted(recorded('request.ended', {}, { by: engineer, at: noon(1) }));
const come = (state: RequestState, type: 'cancel' | 'end', by = engineer, now = noon(1)): string =>
  outcome(decide(state, { type }, context(by, now)));
const revoked = (state: RequestState, by = security, now = noon(1)): string =>
  outcome(decide(state, revoke, context(by, now)));

describe('cancelling', () => {
  test('takes a pending request back', () => {
    expect(eventOf(decide(pending(), { type: 'cancel' }, context(engineer, noon(1))))).toEqual({
      type: 'request.cancelled',
      data: {},
    });
  });

  test('is the requester’s alone', () => {
    expect([approver, security, auditor].map((person) => come(pending(), 'cancel', person))).toEqual(
      Array(3).fill('not_the_requester'),
    );
  });

  test('is possible until the millisecond before it expires', () => {
    expect(come(pending(), 'cancel', engineer, noon(1799.999))).toBe('request.cancelled');
    expect(come(pending(), 'cancel', engineer, noon(1800))).toBe('wrong_status');
  });

  test('comes too late once it is approved or closed', () => {
    expect(come(granted(), 'cancel')).toBe('wrong_status');
    expect(come(closed, 'cancel')).toBe('wrong_status');
  });
});

describe('ending', () => {
  test('gives a grant back early, also before it began', () => {
    expect(eventOf(decide(granted(), { type: 'end' }, context(engineer, noon(1))))).toEqual({
      type: 'request.ended',
      data: {},
    });
    const scheduled = request(submitted({ startAt: noon(600) }), approved(approver, noon(1)));
    expect(come(scheduled, 'end', engineer, noon(2))).toBe('request.ended');
  });

  test('is the requester’s alone', () => {
    expect([approver, security, auditor].map((person) => come(granted(), 'end', person))).toEqual(
      Array(3).fill('not_the_requester'),
    );
  });

  test('is possible until the millisecond before the grant is over', () => {
    expect(come(granted(), 'end', engineer, noon(3599.999))).toBe('request.ended');
    expect(come(granted(), 'end', engineer, noon(3600))).toBe('wrong_status');
  });

  test('is the wrong act for a pending or closed request', () => {
    expect(come(pending(), 'end')).toBe('wrong_status');
    expect(come(closed, 'end')).toBe('wrong_status');
  });
});

describe('revoking', () => {
  test('ends somebody else’s grant with its reason', () => {
    expect(eventOf(decide(granted(), revoke, context(security, noon(1))))).toEqual({
      type: 'request.revoked',
      data: { reason },
    });
  });

  test('is any approver’s of the request and any revoker’s of the entitlement', () => {
    expect([approver, secondApprover, security].map((person) => revoked(granted(), person))).toEqual(
      Array(3).fill('request.revoked'),
    );
  });

  test('is not an auditor’s, not a workload’s, and not the requester’s, who ends instead', () => {
    const machine = principal('pipeline', ['security'], { kind: 'workload' });
    const both = principal('engineer', ['sre', 'security', 'sre-leads']);
    expect([auditor, machine, both].map((person) => revoked(granted(), person))).toEqual(
      Array(3).fill('not_an_approver'),
    );
  });

  test('is not hindered by old groups or by an entitlement that is gone', () => {
    const stale = { ...approver, groupsAt: noon(-1_000_000) };
    expect(outcome(decide(granted(), revoke, context(stale, noon(1), [])))).toBe('request.revoked');
  });

  test('is possible until the millisecond before the grant is over', () => {
    expect(revoked(granted(), security, noon(3599.999))).toBe('request.revoked');
    expect(revoked(granted(), security, noon(3600))).toBe('wrong_status');
  });

  test('is the wrong act for a pending or closed request', () => {
    expect(revoked(pending())).toBe('wrong_status');
    expect(revoked(closed)).toBe('wrong_status');
  });
});

describe('revoking what is over, while sessions of it may be out', () => {
  const ended = (at: number) => recorded('request.ended', {}, { by: engineer, at: noon(at) });
  const { session } = entitlement();
  const of = (more: Partial<typeof session>, ...events: readonly RecordedEvent[]) =>
    request(
      submitted({}, { of: entitlement({ session: { ...session, ...more } }) }),
      approved(approver, noon(0)),
      ...events,
    );

  test('is possible after an end, until a quarter of an hour after the longest session', () => {
    const state = granted(intended(noon(600)), intended(noon(60)), ended(660));
    expect(revoked(state, security, noon(660))).toBe('request.revoked');
    expect(revoked(state, security, noon(600 + 900 + 899.999))).toBe('request.revoked');
    expect(revoked(state, security, noon(600 + 900 + 900))).toBe('wrong_status');
  });

  test('is not possible after the grant’s own end, when a session’s own policy denies everything', () => {
    expect(revoked(granted(intended(noon(3590))), security, noon(3600))).toBe('wrong_status');
  });

  test('is possible for an hour more where sessions may chain, from the later of the grant’s end and theirs', () => {
    const early = of({ chaining: true }, intended(noon(60)));
    expect(revoked(early, security, noon(3600 + 3600 + 899.999))).toBe('request.revoked');
    expect(revoked(early, security, noon(3600 + 3600 + 900))).toBe('wrong_status');
    const late = of({ chaining: true }, intended(noon(60)), ended(61));
    expect(revoked(late, security, noon(960 + 3600 + 899.999))).toBe('request.revoked');
    expect(revoked(late, security, noon(960 + 3600 + 900))).toBe('wrong_status');
  });

  test('is not possible where the end denies them already', () => {
    expect(revoked(of({ revokeOnEnd: true }, intended(noon(60)), ended(61)), security, noon(62))).toBe('wrong_status');
    expect(revoked(of({ revokeOnEnd: true }, intended(noon(3000))), security, noon(3600))).toBe('wrong_status');
  });

  test('is not possible twice, and is nobody else’s than before', () => {
    const state = granted(intended(noon(60)), ended(61));
    const again = granted(
      intended(noon(60)),
      ended(61),
      recorded('request.revoked', { reason }, { by: security, at: noon(62) }),
    );
    expect(revoked(again, security, noon(63))).toBe('wrong_status');
    expect([engineer, auditor].map((person) => revoked(state, person, noon(62)))).toEqual(
      Array(2).fill('not_an_approver'),
    );
  });
});

test('whose request it is comes before its status, and then nothing of the status is told', () => {
  const rules = (command: Command): readonly string[] => {
    const decision = decide(closed, command, context(auditor, noon(2)));
    return 'rules' in decision ? told(decision.rules) : [];
  };
  expect(rules({ type: 'cancel' })).toEqual(['requester: notSatisfied', 'status: notEvaluated']);
  expect(rules({ type: 'end' })).toEqual(['requester: notSatisfied', 'status: notEvaluated']);
  expect(rules(revoke)).toEqual(['revoker: notSatisfied', 'status: notEvaluated']);
});
