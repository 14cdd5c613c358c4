import { describe, expect, test } from '@jest/globals';
import { NOON, approver, engineer, handleOf, noon, outsider, principal, security } from '../../../support/builders.ts';
import { LATE, auto, lived, searched } from './scene.ts';

describe('an attack on the search', () => {
  test.each([engineer, approver, security, outsider, principal('auditors', ['auditor'])])(
    'by whoever is no auditor: nothing is even looked up, for %#',
    async (caller) => {
      const { find, asked } = searched();
      await expect(find({}, caller)).rejects.toMatchObject({ code: 'not_an_auditor' });
      expect(asked).toStrictEqual([]);
    },
  );

  const CURSOR = async () => {
    const { index, find, asked } = searched();
    for (let n = 0; n < 3; n += 1) await lived(index, auto(noon(n)));
    return { find, asked, cursor: (await find({ limit: 1 })).nextCursor! };
  };

  test('with a cursor of another auditor, or of another query', async () => {
    const { find, cursor } = await CURSOR();
    expect((await find({ limit: 2, cursor })).events).toHaveLength(2);
    const other = principal('other', ['auditors']);
    await expect(find({ cursor }, other)).rejects.toMatchObject({ code: 'invalid_cursor' });
    for (const changed of [
      { person: engineer.handle },
      { from: NOON },
      { to: LATE },
      { refusals: true as const },
      { type: 'signin.refused' as const },
    ])
      await expect(find({ cursor, ...changed })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test.each([
    '',
    'x',
    'bnVsbA',
    Buffer.from('["e1",""]').toString('base64url'),
    Buffer.from('[1,2,3]').toString('base64url'),
  ])('with the cursor %j, made by hand', async (cursor) => {
    const { find } = await CURSOR();
    await expect(find({ cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test('with a cursor whose place was moved before the beginning: there is nothing', async () => {
    const { find, asked, cursor } = await CURSOR();
    const [, binding] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[];
    const moved = (place: string) => Buffer.from(JSON.stringify([place, binding])).toString('base64url');
    for (const before of ['1999-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'])
      expect(await find({ cursor: moved(`e${before}`) })).toEqual({ grants: [], events: [] });
    expect(asked).toHaveLength(1);
    await expect(find({ cursor: moved(`e${NOON}#"`) })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test('with a window that ends before it begins', async () => {
    const { find } = searched();
    for (const from of [noon(1), NOON])
      await expect(find({ from, to: NOON })).rejects.toMatchObject({
        code: 'invalid_input',
        refusal: { faults: [{ pointer: '?to', code: 'too_small' }] },
      });
  });

  test('by a handle that is nobody’s finds nothing', async () => {
    const { index, find } = searched();
    await lived(index, auto(NOON));
    expect((await find({ person: handleOf('nobody') })).events).toStrictEqual([]);
  });
});
