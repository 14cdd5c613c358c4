import { describe, expect, test } from '@jest/globals';
import { type SignIns, endPersonsSessions } from '../../../lib/broker/end-persons-sessions.ts';
import type { Handle, Principal } from '../../../lib/domain/principal.ts';
import { approver, engineer, outsider, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, patient, unavailable } from '../../support/memory.ts';
import { linkIdentities } from '../../../lib/broker/link-identities.ts';
import { codeOf } from './story.ts';

const refused = (): Promise<never> => Promise.reject(unavailable());

/** Who has how many sign-ins. */
const signInsOf = (open: Map<Handle, number>): SignIns => ({
  endAll: (handle) => {
    const ended = open.get(handle) ?? 0;
    open.delete(handle);
    return Promise.resolve(ended);
  },
});

const end = (desk: MemoryDesk, signIns: SignIns, principal: Principal = security) =>
  endPersonsSessions({ ...desk, signIns }, { handle: engineer.handle, reason: 'stolen', principal, patience: patient });

describe('ending somebody’s sessions', () => {
  test('ends those of their other identities, too', async () => {
    const desk = memoryDesk();
    await linkIdentities(desk, { principal: engineer, other: outsider.handle, patience: patient });
    const open = new Map([
      [engineer.handle, 2],
      [outsider.handle, 1],
      [approver.handle, 1],
    ]);
    await expect(end(desk, signInsOf(open))).resolves.toBe(3);
    expect([...open.keys()]).toEqual([approver.handle]);
    expect((await desk.ledger.read(`person#${engineer.handle}`)).at(-1)).toMatchObject({
      data: { people: [engineer.handle, outsider.handle], ended: 3 },
    });
  });

  test('is nobody’s but the security team’s', async () => {
    const open = new Map([[engineer.handle, 1]]);
    expect(await codeOf(end(memoryDesk(), signInsOf(open), approver))).toBe('not_found');
    expect(open.size).toBe(1);
  });

  test('needs no words to be kept: the operator is told', async () => {
    const desk = memoryDesk();
    const struck = { ...desk, texts: { ...desk.texts, put: refused } };
    await expect(end(struck, signInsOf(new Map([[engineer.handle, 1]])))).resolves.toBe(1);
    expect(desk.warnings).toHaveLength(1);
  });

  test('that cannot be done is not on record as done', async () => {
    const desk = memoryDesk();
    expect(await codeOf(end(desk, { endAll: refused }))).toBe('ledger_unavailable');
    await expect(desk.ledger.read(`person#${engineer.handle}`)).resolves.toStrictEqual([]);
  });
});
