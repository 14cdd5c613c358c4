import { describe, expect, test } from '@jest/globals';
import { type Looking, evidenceFor } from '../../../lib/broker/evidence.ts';
import { hold } from '../../../lib/broker/holds.ts';
import { readKnown } from '../../../lib/broker/known.ts';
import { viewRequests } from '../../../lib/broker/request-view.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import type { RequestState } from '../../../lib/domain/request.ts';
import type { TicketAnswer } from '../../../lib/domain/ticket.ts';
import {
  NOON,
  approver,
  auditor,
  engineer,
  entitlement,
  granted,
  noon,
  pending,
  policy,
  recorded,
  request,
  security,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';
import {
  memoryDesk,
  memoryPeople,
  memorySummaries,
  memoryTickets,
  patient,
  unavailable,
} from '../../support/memory.ts';

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

const looks = { principal: approver, channel: 'portal' } as const;
const evidenceOf = async (
  desk: ReturnType<typeof deskOf>,
  request: RequestState,
  more: Partial<Omit<Looking, 'known'>> = {},
) => {
  const by = { ...looks, ...more };
  return evidenceFor(desk, request, { ...by, known: await readKnown(desk, by.principal.handle) });
};

test('the role is described by access.yml', async () => {
  expect((await evidenceOf(deskOf(), pending())).role).toEqual({
    accountName: 'prod',
    description: 'Everything in production.',
    chaining: false,
  });
  const session = { ...described.session, chaining: true, sourceIps: ['203.0.113.0/24'] };
  const chained = deskOf({ policy: policy([entitlement({ session })]) });
  expect((await evidenceOf(chained, pending())).role).toEqual({
    accountName: 'prod',
    chaining: true,
    sourceIps: ['203.0.113.0/24'],
  });
});

test('an entitlement that is gone says nothing of its role', async () => {
  const evidence = await evidenceOf(deskOf({ policy: policy([]) }), pending({ ticket: 'OPS-1' }));
  expect(evidence).not.toHaveProperty('role');
  expect(evidence.ticket).toEqual({ state: 'unchecked' });
});

describe('the ticket', () => {
  const stateOf = async (answer: TicketAnswer, ticket = 'OPS-1', of = described) => {
    const desk = deskOf({ policy: policy([of]), tickets: memoryTickets({ [`jira ${ticket}`]: answer }) });
    return (await evidenceOf(desk, pending({ ticket }))).ticket;
  };

  test('is absent where there is none', async () => {
    expect(await evidenceOf(deskOf(), pending())).not.toHaveProperty('ticket');
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
    expect((await evidenceOf(desk, pending({ ticket: 'OPS-1' }))).ticket).toEqual({ state: 'open' });
  });

  test('is not asked about where nobody checks it, or where it is of another form', async () => {
    expect(await stateOf({ state: 'open' }, 'OPS-1', entitlement())).toEqual({ state: 'unchecked' });
    expect(await stateOf({ state: 'open' }, 'DEV-1')).toEqual({ state: 'unchecked' });
  });
});

describe('what was before', () => {
  test('is told with what is unusual', async () => {
    const evidence = await evidenceOf(deskOf(), pending());
    expect(evidence.before).toEqual({ requests: 0, same: 0 });
    expect(evidence.unusual.map(({ code }) => code)).toEqual(['first_time']);
  });

  test('says that the whole role is asked for where a part of it could be', async () => {
    const evidence = await evidenceOf(deskOf({ policy: policy([entitlement({ scope: true })]) }), pending());
    expect(evidence.unusual.map(({ code }) => code)).toEqual(['first_time', 'whole_role']);
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
    const codes = async (asked: ReturnType<typeof granted>) =>
      (await evidenceOf(deskOf({ summaries }), asked)).unusual.map(({ code }) => code);
    expect(await codes(granted())).toStrictEqual([]);
    expect(await codes(granted(asks))).toEqual(['longer_than_before']);
  });

  test('is left out where the index does not say, and the operator hears of it', async () => {
    const desk = deskOf({ summaries: { ...memorySummaries(), ofRequester: () => Promise.reject(unavailable()) } });
    const evidence = await evidenceOf(desk, pending());
    expect(evidence).not.toHaveProperty('before');
    expect(evidence.unusual).toStrictEqual([]);
    expect(desk.warnings).toHaveLength(1);
  });
});

describe('what stands in the way of a yes', () => {
  const obstacleOf = async (desk: ReturnType<typeof deskOf>, more: Parameters<typeof evidenceOf>[2] = {}) =>
    (await evidenceOf(desk, pending(), more)).obstacle;

  test('is nothing for whoever may say it, and nobody else’s matter', async () => {
    expect(await obstacleOf(deskOf())).toBeUndefined();
    expect(await obstacleOf(deskOf(), { principal: auditor })).toBeUndefined();
  });

  test('is a hold', async () => {
    const desk = deskOf();
    const named = { on: 'entitlement', entitlementId: 'prod-admin' } as const;
    await hold(desk, { named, reason: 'something is odd', principal: security, patience: patient });
    expect(await obstacleOf(desk)).toBe('on_hold');
  });

  test('goes by what was known when the request was read, and so do the acts that are shown: the ledger is not asked again', async () => {
    const desk = deskOf();
    const named = { on: 'entitlement', entitlementId: 'prod-admin' } as const;
    await hold(desk, { named, reason: 'something is odd', principal: security, patience: patient });
    const known = await readKnown(desk, approver.handle);
    const away = { ...desk, ledger: { ...desk.ledger, last: () => Promise.reject(unavailable()) } };
    expect((await evidenceFor(away, pending(), { ...looks, known })).obstacle).toBe('on_hold');
    const [view] = await viewRequests(away, approver, [pending()], { known });
    expect(view?.actions).toEqual(['deny']);
    expect(desk.warnings).toStrictEqual([]);
  });

  test('is another role than was asked for', async () => {
    const of = entitlement({ roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Other' });
    expect(await obstacleOf(deskOf({ policy: policy([of]) }))).toBe('policy_changed');
  });

  test('is the way by which it would come', async () => {
    const of = entitlement({ approverRequires: { mfa: false, channel: 'portal' } });
    expect(await obstacleOf(deskOf({ policy: policy([of]) }), { channel: 'bearer' })).toBe('channel_not_allowed');
  });

  test('is oneself', async () => {
    const of = entitlement({ approval: { stages: [stage('sre')], withinSeconds: 1800 } });
    const asked = request(submitted({}, { of }));
    const desk = deskOf({ policy: policy([of]) });
    expect((await evidenceOf(desk, asked, { principal: engineer })).obstacle).toBe('self_approval');
  });
});
