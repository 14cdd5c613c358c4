import { describe, expect, test } from '@jest/globals';
import { type ListQuery, listRequests } from '../../../lib/broker/list-requests.ts';
import type { Desk } from '../../../lib/broker/broker.ts';
import { auditor, engineer, entitlement, outsider, policy } from '../../support/builders.ts';
import { memoryDesk } from '../../support/memory.ts';
import { asked } from './story.ts';

const idsOf = async (desk: Desk, who = engineer, as: ListQuery['as'] = 'requester'): Promise<readonly string[]> =>
  (await listRequests(desk, who, { as, limit: 50 })).requests.map(({ id }) => id);

describe('a list', () => {
  test('is of whoever is on call right now, as approver or auditor, and asks nobody about it as requester', async () => {
    const oncall = { groups: ['oncall:sre'] };
    const desk = memoryDesk({
      policy: {
        ...policy([entitlement({ approval: { stages: [{ from: oncall, count: 1 }], withinSeconds: 1800 } })]),
        auditors: oncall,
      },
    });
    const id = await asked(desk);
    const names: string[] = [];
    const emails = (name: string) => {
      names.push(name);
      return Promise.resolve(['outsider@example.com']);
    };
    const called = { ...desk, onCall: { emails } };
    for (const as of ['approver', 'auditor'] as const)
      expect([await idsOf(desk, outsider, as), await idsOf(called, outsider, as)]).toEqual([[], [id]]);
    expect(names).toEqual(['sre', 'sre']);
    expect(await idsOf(called, outsider)).toStrictEqual([]);
    expect(names).toHaveLength(2);
  });

  test('as requester or auditor does not depend on the ledger', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const read: string[] = [];
    const last: typeof desk.ledger.last = (stream) => {
      read.push(stream);
      return desk.ledger.last(stream);
    };
    const counting = { ...desk, ledger: { ...desk.ledger, last } };
    expect([await idsOf(counting, engineer), await idsOf(counting, auditor, 'auditor')]).toEqual([[id], [id]]);
    expect(read).toStrictEqual([]);
  });
});
