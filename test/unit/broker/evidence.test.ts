import { describe, expect, test } from '@jest/globals';
import { evidenceFor } from '../../../lib/broker/evidence.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import type { TicketAnswer } from '../../../lib/domain/ticket.ts';
import {
  NOON,
  engineer,
  entitlement,
  granted,
  noon,
  pending,
  policy,
  recorded,
  stage,
  words,
} from '../../support/builders.ts';
import { memoryDesk, memoryPeople, memorySummaries, memoryTickets, unavailable } from '../../support/memory.ts';

const described = entitlement({
  description: 'Everything in production.',
  ticket: {
    pattern: '^OPS-[0-9]+$',
    required: true,
    check: { service: 'jira', assigned: false, endsGrant: false },
  },
});

const deskOf = (parts: Parameters<typeof memoryDesk>[0] = {}) =>
  memoryDesk({ policy: policy([described]), people: memoryPeople(new Map([[engineer.handle, engineer]])), ...parts });

test('the role is described by access.yml', async () => {
  expect((await evidenceFor(deskOf(), pending())).role).toEqual({
    accountName: 'prod',
    description: 'Everything in production.',
    chaining: false,
  });
  const session = { ...described.session, chaining: true, sourceIps: ['203.0.113.0/24'] };
  const chained = deskOf({ policy: policy([entitlement({ session })]) });
  expect((await evidenceFor(chained, pending())).role).toEqual({
    accountName: 'prod',
    chaining: true,
    sourceIps: ['203.0.113.0/24'],
  });
});

test('an entitlement that is gone says nothing of its role', async () => {
  const evidence = await evidenceFor(deskOf({ policy: policy([]) }), pending({ ticket: 'OPS-1' }));
  expect(evidence).not.toHaveProperty('role');
  expect(evidence.ticket).toEqual({ state: 'unchecked' });
});

describe('the ticket', () => {
  const stateOf = async (answer: TicketAnswer, ticket = 'OPS-1', of = described) => {
    const desk = deskOf({ policy: policy([of]), tickets: memoryTickets({ [`jira ${ticket}`]: answer }) });
    return (await evidenceFor(desk, pending({ ticket }))).ticket;
  };

  test('is absent where there is none', async () => {
    expect(await evidenceFor(deskOf(), pending())).not.toHaveProperty('ticket');
  });

  test.each(['open', 'closed', 'missing'] as const)('%s: as its service says now', async (state) => {
    expect(await stateOf({ state })).toEqual({ state });
  });

  test('is unavailable while the service does not say', async () => {
    expect(await stateOf('unavailable')).toEqual({ state: 'unavailable' });
  });

  test('is said to be the requester’s, or not', async () => {
    expect(await stateOf({ state: 'open', assignee: 'engineer@example.com' })).toEqual({
      state: 'open',
      ofRequester: true,
    });
    expect(await stateOf({ state: 'open', assignee: 'other@example.com' })).toEqual({
      state: 'open',
      ofRequester: false,
    });
  });

  test('is nobody’s when the requester’s address is not known', async () => {
    const tickets = memoryTickets({ 'jira OPS-1': { state: 'open', assignee: 'engineer@example.com' } });
    const desk = deskOf({ tickets, people: memoryPeople() });
    expect((await evidenceFor(desk, pending({ ticket: 'OPS-1' }))).ticket).toEqual({ state: 'open' });
  });

  test('is not asked about where nobody checks it, or where it is of another form', async () => {
    expect(await stateOf({ state: 'open' }, 'OPS-1', entitlement())).toEqual({ state: 'unchecked' });
    expect(await stateOf({ state: 'open' }, 'DEV-1')).toEqual({ state: 'unchecked' });
  });
});

describe('what was before', () => {
  test('is told with what is unusual', async () => {
    const evidence = await evidenceFor(deskOf(), pending());
    expect(evidence.before).toEqual({ requests: 0, same: 0 });
    expect(evidence.unusual.map(({ code }) => code)).toEqual(['first_time']);
  });

  test('counts what an extension that waits would add', async () => {
    const summaries = memorySummaries();
    for (const day of [1, 2, 3]) {
      const state = granted();
      await summaries.put({ ...summaryOf(state), id: `r_${String(day).repeat(26)}`, createdAt: noon(-day * 86_400) });
    }
    const asks = recorded(
      'request.extension_requested',
      {
        ...{ justification: words('more'), durationSeconds: 1, pendingUntil: noon(1800) },
        stages: [stage('sre-leads')],
      },
      { by: engineer, at: NOON },
    );
    const codes = async (request: ReturnType<typeof granted>) =>
      (await evidenceFor(deskOf({ summaries }), request)).unusual.map(({ code }) => code);
    expect(await codes(granted())).toEqual([]);
    expect(await codes(granted(asks))).toEqual(['longer_than_before']);
  });

  test('is left out where the index does not say, and the operator hears of it', async () => {
    const desk = deskOf({ summaries: { ...memorySummaries(), ofRequester: () => Promise.reject(unavailable()) } });
    const evidence = await evidenceFor(desk, pending());
    expect(evidence).not.toHaveProperty('before');
    expect(evidence.unusual).toEqual([]);
    expect(desk.warnings).toHaveLength(1);
  });
});
