import { describe, expect, test } from '@jest/globals';
import type { Command } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import type { RequestState } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  auditor,
  context,
  engineer,
  granted,
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

test('whose request it is comes before its status, and then nothing of the status is told', () => {
  const rules = (command: Command): readonly string[] => {
    const decision = decide(closed, command, context(auditor, noon(2)));
    return 'rules' in decision ? told(decision.rules) : [];
  };
  expect(rules({ type: 'cancel' })).toEqual(['requester: notSatisfied', 'status: notEvaluated']);
  expect(rules({ type: 'end' })).toEqual(['requester: notSatisfied', 'status: notEvaluated']);
  expect(rules(revoke)).toEqual(['revoker: notSatisfied', 'status: notEvaluated']);
});
