import { describe, expect, test } from '@jest/globals';
import { submit, submitRules } from '../../../lib/domain/decide-submit.ts';
import type { Submit } from '../../../lib/domain/command.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import type { TicketAnswer, TicketCheck } from '../../../lib/domain/ticket.ts';
import { NOON, ask, context, engineer, entitlement } from '../../support/builders.ts';

const CHECK: TicketCheck = { service: 'jira', assigned: false, endsGrant: false };
const MINE = { state: 'open', assignee: 'Engineer@example.com' } as const;

const checking = (check: Partial<TicketCheck> = {}, required = true) =>
  entitlement({ ticket: { pattern: '^OPS-[0-9]+$', required, check: { ...CHECK, ...check } } });

const outcome = (
  answer: TicketAnswer | undefined,
  { of = checking(), by = engineer, ticket = 'OPS-1' }: { of?: Entitlement; by?: Principal; ticket?: string } = {},
) => {
  const command: Submit = {
    ...ask(),
    ...(ticket === '' ? {} : { ticket }),
    ...(answer ? { ticketAnswer: answer } : {}),
  };
  const decision = submit(command, context(by, NOON, [of]));
  const rule = submitRules(command, context(by, NOON, [of])).find((each) => each.rule === 'ticketAlive');
  const fault = 'refusal' in decision ? decision.refusal.faults?.[0]?.code : undefined;
  return [rule?.outcome, 'refusal' in decision ? decision.refusal.code : 'submitted', fault].filter(Boolean).join(' ');
};

describe('the live ticket', () => {
  test('is asked for only where the entitlement says so', () => {
    expect(outcome(undefined, { of: entitlement({ ticket: { pattern: '^OPS-[0-9]+$', required: true } }) })).toBe(
      'submitted',
    );
  });

  test('must be open', () => {
    expect(outcome({ state: 'open' })).toBe('satisfied submitted');
    expect(outcome({ state: 'closed' })).toBe('notSatisfied invalid_input ticket_closed');
  });

  test('must exist', () => {
    expect(outcome({ state: 'missing' })).toBe('notSatisfied invalid_input no_such_ticket');
  });

  test('that could not be asked for is no ticket, and the rule is not evaluated', () => {
    expect(outcome('unavailable')).toBe('notEvaluated ticket_unavailable');
  });

  test('that nobody asked for is no ticket either', () => {
    expect(outcome(undefined)).toBe('notEvaluated ticket_unavailable');
  });

  test('is not asked for where none is named and none is required', () => {
    expect(outcome(undefined, { of: checking({}, false), ticket: '' })).toBe('satisfied submitted');
  });

  test('that is not of its form is refused for that, whatever the service was asked', () => {
    expect(outcome(undefined, { ticket: 'nonsense' })).toBe('notEvaluated invalid_input invalid_format');
  });

  test('is assigned to whom it may be, unless the entitlement says to whom', () => {
    expect(outcome({ state: 'open', assignee: 'somebody@example.com' })).toBe('satisfied submitted');
  });

  test.each<TicketAnswer>([{ state: 'missing' }, { state: 'closed' }, { state: 'open' }])(
    'is the member of the input that is wrong where it is %j',
    (ticketAnswer) => {
      const command: Submit = { ...ask(), ticket: 'OPS-1', ticketAnswer };
      const decision = submit(command, context(engineer, NOON, [checking({ assigned: true })]));
      expect(decision).toMatchObject({ refusal: { faults: [{ pointer: '/ticket' }] } });
    },
  );

  describe('that must be assigned to the requester', () => {
    const of = checking({ assigned: true });

    test('is, by verified e-mail', () => {
      expect(outcome(MINE, { of })).toBe('satisfied submitted');
    });

    test('is not when it is somebody else’s, or nobody’s', () => {
      expect(outcome({ state: 'open', assignee: 'somebody@example.com' }, { of })).toBe(
        'notSatisfied invalid_input not_assigned',
      );
      expect(outcome({ state: 'open' }, { of })).toBe('notSatisfied invalid_input not_assigned');
    });

    test('is not when the requester has no verified e-mail', () => {
      const { handle, issuer, subject, kind, groups, groupsAt, authenticatedAt, methods } = engineer;
      const nameless = { handle, issuer, subject, kind, groups, groupsAt, authenticatedAt, methods };
      expect(outcome(MINE, { of, by: nameless })).toBe('notSatisfied invalid_input not_assigned');
    });
  });
});
