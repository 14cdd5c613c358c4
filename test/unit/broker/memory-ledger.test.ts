import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { ledgerContract } from '../../contract/ledger.contract.ts';
import { submitted } from '../../support/builders.ts';
import { memoryLedger } from '../../support/memory.ts';

ledgerContract('the tests', () => Promise.resolve({ ledger: memoryLedger(), close: () => Promise.resolve() }));

describe('the ledger of the tests, altered behind its back', () => {
  test('is unavailable, whole or at its end', async () => {
    const ledger = memoryLedger();
    await ledger.append(seal(undefined, 'request#r_1', submitted()));
    ledger.alter('request#r_1', 0, (canonical) => canonical.replace('3600', '3601'));
    await expect(ledger.read('request#r_1')).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await expect(ledger.last('request#r_1')).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });
});
