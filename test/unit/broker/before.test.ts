import { describe, expect, test } from '@jest/globals';
import { BEFORE, compareWithBefore } from '../../../lib/broker/before.ts';
import { requestIdFor } from '../../../lib/broker/request-id.ts';
import { type RequestSummary, summaryOf } from '../../../lib/broker/summary.ts';
import { engineer, noon, pending } from '../../support/builders.ts';
import { memoryDesk } from '../../support/memory.ts';

/** What a request of an hour past noon is compared with. */
const before = async (...earlier: readonly Partial<RequestSummary>[]) => {
  const desk = memoryDesk();
  for (const [n, one] of earlier.entries())
    await desk.summaries.put({
      ...summaryOf(pending()),
      ...{ id: requestIdFor(engineer, String(n)), createdAt: noon(n), ...one },
    });
  return (await compareWithBefore(desk, { ...pending(), createdAt: noon(3600) }, noon(3600)))?.before;
};

describe('what the requester asked for before', () => {
  test('is counted, of all and of the same entitlement, with the last of these that was approved', async () => {
    const approvedAt = noon(20);
    expect(await before({ approvedAt: noon(10) }, { approvedAt }, {}, { entitlementId: 'prod-read' })).toEqual({
      ...{ requests: 4, same: 3, lastApprovedAt: approvedAt },
    });
  });

  test('is looked at so far back and no further', async () => {
    expect(await before(...Array.from({ length: BEFORE + 1 }, () => ({})))).toEqual({ requests: BEFORE, same: BEFORE });
  });

  test('is what came before it, and not what came after', async () => {
    expect(await before({}, { createdAt: noon(3600) }, { createdAt: noon(3601) })).toEqual({ requests: 2, same: 2 });
  });
});
