import { describe, expect, test } from '@jest/globals';
import { activatePolicy } from '../../../lib/broker/activate-policy.ts';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { submitRequest } from '../../../lib/broker/submit-request.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { engineer, noon, policy } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, patient, patientFor } from '../../support/memory.ts';
import { asked, by, codeOf, granted, issuerAt, words } from './story.ts';

/** The functions of a deployment with another access.yml, on the same ledger. */
const next = (desk: MemoryDesk, version: string): MemoryDesk => ({ ...desk, policy: { ...policy(), version } });

const activate = (desk: MemoryDesk) => activatePolicy(desk, desk.policy.version, patient);

const issuedBy = async (desk: MemoryDesk, id: string): Promise<string> => {
  try {
    await issueCredentials(issuerAt(desk), by(id));
    return 'issued';
  } catch (error) {
    if (error instanceof HatcheckError) return error.code;
    throw error;
  }
};

describe('while the functions of a deployment are replaced', () => {
  test('both go on; ten minutes later only the new ones do, and what had been approved goes on with them', async () => {
    const old = memoryDesk();
    const young = next(old, 'another');
    const id = await granted(old);
    expect(await issuedBy(young, id)).toBe('policy_changed');
    await activate(young);
    expect([await issuedBy(young, id), await issuedBy(old, id)]).toEqual(['issued', 'issued']);
    old.clock.advance(600);
    expect([await issuedBy(young, id), await issuedBy(old, id)]).toEqual(['issued', 'policy_changed']);
    expect(await codeOf(asked(old))).toBe('policy_changed');
  });

  test('a refusal says when to try again, and opens no role session', async () => {
    const old = memoryDesk();
    const id = await granted(old);
    const issuer = issuerAt(next(old, 'another'));
    await expect(issueCredentials(issuer, by(id))).rejects.toMatchObject({ refusal: { retryAfterSeconds: 30 } });
    expect(issuer.orders).toStrictEqual([]);
  });

  test('a hold that is placed meanwhile stays in force, and so does the access policy', async () => {
    const desk = memoryDesk();
    const { active } = await activate(next(desk, 'another'));
    expect(await activate(next(desk, 'another'))).toMatchObject({ active, predecessor: { until: noon(600) } });
    expect(await desk.ledger.read('control')).toHaveLength(2);
  });
});

test('on a ledger on which nothing was ever activated nobody gets anything', async () => {
  const desk = memoryDesk({ ledger: memoryLedger(undefined, null) });
  const attempt = submitRequest(desk, { principal: engineer, ask: words, patience: patient });
  expect(await codeOf(attempt)).toBe('policy_changed');
  await activate(desk);
  expect(await issuedBy(desk, await granted(desk))).toBe('issued');
});

test('two deployments at once stand one after the other', async () => {
  const desk = memoryDesk();
  await Promise.all([activate(next(desk, 'one')), activate(next(desk, 'other'))]);
  const versions = (await desk.ledger.read('control')).flatMap(({ type, data }) =>
    type === 'policy.activated' ? [(data as { version: string }).version] : [],
  );
  expect(versions.toSorted()).toEqual(['one', 'other', 'the-version']);
});

test('a deployment that others keep from being put on record fails with its patience', async () => {
  const desk = memoryDesk();
  const ledger = { ...desk.ledger, append: () => Promise.resolve('conflict' as const) };
  expect(await codeOf(activatePolicy({ ...desk, ledger }, 'another', patientFor(3)))).toBe('ledger_conflict');
});
