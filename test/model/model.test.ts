import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MemoryLedger } from '../support/memory.ts';
import { deciderAgrees, noSteps } from './decider.ts';
import { brokerOnDynamodbHolds, startModelBroker } from './dynamodb-broker.ts';
import { brokerInMemoryHolds } from './memory-broker.ts';

/** The long run of the same is `npm run model`. */
const SEED = { seed: 20_261_122 };

test('the decider and the oracle agree on whatever anybody does, in any order, at any time, under any policy', () => {
  const steps = noSteps();
  fc.assert(deciderAgrees(steps), { ...SEED, numRuns: 1000 });
  expect(steps.count).toBeGreaterThan(5000);
  // A model that never sees something says nothing about it.
  expect([...steps.seen.keys()].toSorted()).toEqual([
    'already_decided',
    'channel_not_allowed',
    'credentials.intended',
    'delegation.made',
    'delegation.removed',
    'grant_over',
    'hold.lifted',
    'hold.placed',
    'invalid_input',
    'limit_reached',
    'link.made',
    'not_an_approver',
    'not_approved',
    'not_eligible',
    'not_found',
    'not_started',
    'not_the_requester',
    'nothing',
    'on_hold',
    'outside_hours',
    'policy.activated',
    'policy_changed',
    'request.approved',
    'request.approved, of an extension',
    'request.cancelled',
    'request.cancelled, of an extension',
    'request.denied',
    'request.denied, of an extension',
    'request.ended',
    'request.extended',
    'request.extension_requested',
    'request.reviewed',
    'request.revoked',
    'request.revoked, of what is over',
    'request.submitted',
    'request.submitted, break-glass',
    'review_overdue',
    'revoked',
    'self_approval',
    'step_up_required',
    'wrong_status',
  ]);
});

describe('with the ledger in memory, several people at once and faults', () => {
  test('the nine invariants hold', async () => {
    const steps = noSteps();
    await fc.assert(brokerInMemoryHolds(steps), { ...SEED, numRuns: 200 });
    expect(steps.count).toBeGreaterThan(2000);
    const said = ['credentials ok', 'console ok', 'credentials crashed', 'approve ok', 'extend ok', 'review ok'];
    const around = ['bundle ok', 'hold ok', 'lift ok', 'link ok', 'lend ok', 'takeBack ok', 'submit on_hold'];
    for (const each of [...said, ...around]) expect([each, steps.seen.has(each)]).toEqual([each, true]);
  });

  const spoiled: readonly (readonly [string, (ledger: MemoryLedger) => MemoryLedger])[] = [
    [
      'says that it was appended when it was not',
      (ledger) => ({
        ...ledger,
        append: async (event) => {
          await ledger.append(event);
          return 'appended';
        },
      }),
    ],
    [
      'forgets who revoked',
      (ledger) => ({
        ...ledger,
        append: (event) => (event.type === 'request.revoked' ? Promise.resolve('appended') : ledger.append(event)),
      }),
    ],
    [
      'forgets outcomes',
      (ledger) => ({
        ...ledger,
        append: (event) => (event.type === 'credentials.issued' ? Promise.resolve('appended') : ledger.append(event)),
      }),
    ],
  ];
  test.each(spoiled)('a ledger that %s is found out', async (_what, spoil) => {
    const { failed } = await fc.check(brokerInMemoryHolds(noSteps(), spoil), {
      ...SEED,
      numRuns: 300,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});

test('with the embedded DynamoDB, HTTP in and out, and lost answers: the nine invariants hold', async () => {
  const steps = noSteps();
  const struck = await startModelBroker();
  try {
    await fc.assert(brokerOnDynamodbHolds(struck, steps), { ...SEED, numRuns: 15, endOnFailure: true });
  } finally {
    await struck.close();
  }
  expect(steps.count).toBeGreaterThan(100);
  for (const each of ['link ok', 'hold ok']) expect([each, steps.seen.has(each)]).toEqual([each, true]);
});
