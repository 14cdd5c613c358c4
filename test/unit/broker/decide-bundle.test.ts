import { describe, expect, test } from '@jest/globals';
import { decideBundle } from '../../../lib/broker/decide-bundle.ts';
import type { Act } from '../../../lib/broker/decide-request.ts';
import { submitBundle } from '../../../lib/broker/submit-request.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, engineer, entitlement, outsider, policy, secondApprover, stage } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, patient, unavailable } from '../../support/memory.ts';
import { acted, asked, codeOf, typesOf, words } from './story.ts';

const desk = (): MemoryDesk =>
  memoryDesk({
    policy: policy([
      entitlement({ id: 'one' }),
      entitlement({ id: 'two' }),
      entitlement({ id: 'elsewhere', approval: { stages: [stage('other-leads')], withinSeconds: 1800 } }),
      entitlement({ id: 'prod-admin' }),
    ]),
  });

const bundleOf = async (at: MemoryDesk, ...ids: readonly string[]): Promise<readonly string[]> => {
  const asks = ids.map((entitlementId) => ({ ...words, entitlementId }));
  return (await submitBundle(at, { principal: engineer, asks, patience: patient })).map(({ id }) => id);
};

const decide = (at: MemoryDesk, requestId: string, act: Act, principal: Principal = approver) =>
  decideBundle(at, { requestId, principal, channel: 'portal', act, patience: patient });

describe('an act on a bundle', () => {
  test('is one on each request of it that is the caller’s to decide on', async () => {
    const at = desk();
    const [one = '', elsewhere = '', two = ''] = await bundleOf(at, 'one', 'elsewhere', 'two');
    const decided = await decide(at, two, { type: 'approve' });
    expect(decided.map(({ id }) => id)).toEqual([two, one]);
    expect(await typesOf(at, one)).toEqual(['request.submitted', 'request.approved']);
    expect(await typesOf(at, elsewhere)).toEqual(['request.submitted']);
  });

  test('leaves those alone that were decided on before', async () => {
    const at = desk();
    const [one = '', two = ''] = await bundleOf(at, 'one', 'two');
    await acted(at, two, approver, { type: 'deny', reason: 'Not this one.' });
    expect((await decide(at, one, { type: 'approve' })).map(({ id }) => id)).toEqual([one]);
    expect(await typesOf(at, two)).toEqual(['request.submitted', 'request.denied']);
  });

  describe('and more time', () => {
    const more: Act = { type: 'extend', durationSeconds: 600, justification: 'the queue is still stuck' };
    const extensible = (): MemoryDesk => {
      const extension = { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads')], withinSeconds: 600 } };
      return memoryDesk({
        policy: policy([entitlement({ id: 'one', extension }), entitlement({ id: 'two', extension })]),
      });
    };

    test('attack: a yes to what was asked for together is none to an extension that one of them asks for', async () => {
      const at = extensible();
      const [one = '', two = ''] = await bundleOf(at, 'one', 'two');
      await acted(at, two, secondApprover, { type: 'approve' });
      await acted(at, two, engineer, more);
      expect((await decide(at, one, { type: 'approve' })).map(({ id }) => id)).toEqual([one]);
      expect(await codeOf(decide(at, one, { type: 'deny', reason: 'No.' }))).toBe('wrong_status');
      expect((await typesOf(at, two)).at(-1)).toBe('request.extension_requested');
    });

    test.each<Act>([{ type: 'approve' }, { type: 'deny', reason: 'No.' }])(
      'attack: an act on the extension of one is none on what the others wait for, $type',
      async (act) => {
        const at = extensible();
        const [one = '', two = ''] = await bundleOf(at, 'one', 'two');
        await acted(at, one, secondApprover, { type: 'approve' });
        await acted(at, one, engineer, more);
        const idempotencyKey = 'key';
        for (let times = 0; times < 2; times += 1) {
          const options = { requestId: one, principal: approver, channel: 'portal' as const, act, idempotencyKey };
          expect((await decideBundle(at, { ...options, patience: patient })).map(({ id }) => id)).toEqual([one]);
        }
        expect(await typesOf(at, two)).toEqual(['request.submitted']);
      },
    );

    test.each<readonly [string, Act | undefined, string]>([
      ['given', { type: 'approve' }, 'decided'],
      ['taken back', { type: 'cancel' }, 'wrong_status'],
      ['denied', { type: 'deny', reason: 'No.' }, 'wrong_status'],
      ['lapsed', undefined, 'wrong_status'],
    ])(
      'attack: a yes to an extension that was %s meanwhile is none on what the others wait for',
      async (_, act, code) => {
        const at = extensible();
        const [one = '', two = ''] = await bundleOf(at, 'one', 'two');
        await acted(at, one, approver, { type: 'approve', seq: 0 });
        await acted(at, one, engineer, more);
        if (act) await acted(at, one, act.type === 'cancel' ? engineer : secondApprover, act);
        else at.clock.advance(601);
        for (const seq of [{}, { seq: 2 }, { seq: 3 }]) {
          const said = decide(at, one, { type: 'approve', ...seq });
          expect(code === 'decided' ? (await said).map(({ id }) => id) : await codeOf(said)).toEqual(
            code === 'decided' ? [one] : code,
          );
        }
        expect(await typesOf(at, two)).toEqual(['request.submitted']);
      },
    );

    test('a yes to an extension, said again without a key while it waits for others, is none on the others', async () => {
      const stages = [stage('sre-leads', 2)];
      const extension = { maxTotalSeconds: 7200, approval: { stages, withinSeconds: 600 } };
      const at = memoryDesk({
        policy: policy([entitlement({ id: 'one', extension }), entitlement({ id: 'two', extension })]),
      });
      const [one = '', two = ''] = await bundleOf(at, 'one', 'two');
      await acted(at, one, secondApprover, { type: 'approve' });
      await acted(at, one, engineer, more);
      for (let times = 0; times < 2; times += 1) expect(await decide(at, one, { type: 'approve' })).toHaveLength(1);
      expect(await typesOf(at, two)).toEqual(['request.submitted']);
    });
  });

  test('of a request that was asked for alone is one on it', async () => {
    const at = desk();
    const id = await asked(at);
    expect(await decide(at, id, { type: 'deny', reason: 'No.' })).toHaveLength(1);
  });

  test('is refused where the one that is named is', async () => {
    const at = desk();
    const [one = '', elsewhere = ''] = await bundleOf(at, 'one', 'elsewhere');
    expect(await codeOf(decide(at, elsewhere, { type: 'approve' }))).toBe('not_found');
    expect(await codeOf(decide(at, one, { type: 'approve' }, outsider))).toBe('not_found');
    expect(await typesOf(at, one)).toEqual(['request.submitted']);
  });

  test('says so when the ledger goes away in the middle, and is finished by saying it again', async () => {
    const at = desk();
    const [one = '', two = ''] = await bundleOf(at, 'one', 'two');
    const struck: MemoryDesk = {
      ...at,
      ledger: {
        ...at.ledger,
        append: (event) =>
          event.stream === `request#${two}` ? Promise.reject(unavailable()) : at.ledger.append(event),
      },
    };
    expect(await codeOf(decide(struck, one, { type: 'approve' }))).toBe('ledger_unavailable');
    expect(await decide(at, one, { type: 'approve' })).toHaveLength(2);
    expect(await typesOf(at, two)).toEqual(['request.submitted', 'request.approved']);
  });
});
