import { describe, expect, test } from '@jest/globals';
import { submitRequest, tryRequests } from '../../../lib/broker/submit-request.ts';
import type { Tickets } from '../../../lib/broker/ports.ts';
import { engineer, entitlement, outsider, policy } from '../../support/builders.ts';
import { memoryDesk, memoryTickets, patient } from '../../support/memory.ts';
import { codeOf, typesOf, words } from './story.ts';

const CHECK = { service: 'jira', assigned: false, endsGrant: false };
const checking = policy([entitlement({ ticket: { pattern: '^OPS-[0-9]+$', required: true, check: CHECK } })]);

const deskWith = (tickets: Tickets) => memoryDesk({ policy: checking, tickets });

const submit = (desk: ReturnType<typeof memoryDesk>, ticket: string, principal = engineer) =>
  submitRequest(desk, { principal, ask: { ...words, ticket }, patience: patient });

/** Says that every ticket is open, and what it was asked. */
const eager = (): Tickets & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    look: (service, ticket) => {
      asked.push(`${service} ${ticket}`);
      return Promise.resolve({ state: 'open' });
    },
  };
};

describe('the service that knows the tickets', () => {
  test('is asked once for a submission, and its yes makes the request', async () => {
    const tickets = eager();
    const desk = deskWith(tickets);
    const { id } = await submit(desk, 'OPS-7');
    expect(tickets.asked).toEqual(['jira OPS-7']);
    expect(await typesOf(desk, id)).toEqual(['request.submitted']);
  });

  test('that does not answer stops the submission, and nothing is written', async () => {
    const desk = deskWith(memoryTickets());
    expect(await codeOf(submit(desk, 'OPS-7'))).toBe('ticket_unavailable');
    expect(desk.ledger.streams()).toStrictEqual([]);
  });

  test('is asked for a dry run too, which says when it could not be', async () => {
    const asked = await tryRequests(deskWith(eager()), engineer, [{ ...words, ticket: 'OPS-7' }]);
    const unasked = await tryRequests(deskWith(memoryTickets()), engineer, [{ ...words, ticket: 'OPS-7' }]);
    const outcomeIn = ({ rules }: typeof asked) => rules.find(({ rule }) => rule === 'ticketAlive')?.outcome;
    expect([asked.allowed, outcomeIn(asked)]).toEqual([true, 'satisfied']);
    expect([unasked.allowed, outcomeIn(unasked)]).toEqual([false, 'notEvaluated']);
  });

  test('is not asked by somebody who may not ask for the entitlement', async () => {
    const tickets = eager();
    expect(await codeOf(submit(deskWith(tickets), 'OPS-7', outsider))).toBe('not_eligible');
    expect(tickets.asked).toStrictEqual([]);
  });

  test.each(['OPS-1/../admin', 'OPS-1?x', 'OPS-1%2f..', 'OPS-1" OR key=OPS-2', 'ops-1', ''])(
    'is not asked about %j, which is no ticket',
    async (ticket) => {
      const tickets = eager();
      expect(await codeOf(submit(deskWith(tickets), ticket))).toBe('invalid_input');
      expect(tickets.asked).toStrictEqual([]);
    },
  );

  test('is not asked for a submission that was made before', async () => {
    const tickets = eager();
    const desk = deskWith(tickets);
    const again = () =>
      submitRequest(desk, {
        principal: engineer,
        ask: { ...words, ticket: 'OPS-7' },
        idempotencyKey: 'k',
        patience: patient,
      });
    const first = await again();
    expect((await again()).id).toBe(first.id);
    expect(tickets.asked).toHaveLength(1);
  });

  test('is not asked about none, where access.yml wants none', async () => {
    const tickets = eager();
    const optional = policy([entitlement({ ticket: { pattern: '^OPS-[0-9]+$', required: false, check: CHECK } })]);
    const desk = memoryDesk({ policy: optional, tickets });
    await submitRequest(desk, { principal: engineer, ask: words, patience: patient });
    expect(tickets.asked).toStrictEqual([]);
  });

  test('is asked for its own entitlements of several, and each service once', async () => {
    const tickets = eager();
    const of = (id: string, service: string) =>
      entitlement({ id, ticket: { pattern: '^OPS-[0-9]+$', required: true, check: { ...CHECK, service } } });
    const several = [of('one', 'jira'), of('two', 'linear'), of('three', 'jira')];
    const desk = memoryDesk({ policy: policy(several), tickets });
    await tryRequests(
      desk,
      engineer,
      several.map(({ id }) => ({ ...words, entitlementId: id, ticket: 'OPS-7' })),
    );
    expect(tickets.asked).toEqual(['jira OPS-7', 'linear OPS-7']);
  });

  test('is not asked where the entitlement does not say so', async () => {
    const tickets = eager();
    await submit(memoryDesk({ tickets }), 'OPS-7');
    expect(tickets.asked).toStrictEqual([]);
  });
});
