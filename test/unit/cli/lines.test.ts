import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linesOf } from '../../../cli/audit/lines.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-lines-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const linesIn = async (content: string | Buffer, garbled?: string): Promise<readonly string[]> => {
  const path = join(folder, 'lines');
  writeFileSync(path, content);
  const lines = [];
  for await (const line of linesOf(path, () => undefined, garbled)) lines.push(line);
  return lines;
};

test('reads what a file says, line by line, however its lines lie in what is read at once', async () => {
  // Longer and shorter than what is read at once, with letters of several bytes on the border.
  const line = fc
    .tuple(fc.constantFrom('a', 'é', '✓', '𝄞'), fc.integer({ min: 0, max: 100_000 }))
    .map(([letter, count]) => letter.repeat(count));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (lines) => {
      expect(await linesIn(lines.map((each) => `${each}\n`).join(''))).toEqual(lines);
    }),
    { numRuns: 50 },
  );
});

test('reads a last line without an end, and lines that end as on Windows', async () => {
  expect(await linesIn('a\r\n\r\nb')).toEqual(['a', '', 'b']);
  expect(await linesIn('')).toStrictEqual([]);
});

test('refuses what is no UTF-8, or reads it as it is told', async () => {
  const content = Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a]);
  await expect(linesIn(content)).rejects.toMatchObject({ exitCode: 2 });
  expect(await linesIn(content, '?')).toEqual(['a', '?', 'b']);
});

test('refuses a line that is longer than any answer', async () => {
  await expect(linesIn('a'.repeat(17 * 1024 * 1024))).rejects.toMatchObject({ exitCode: 2 });
});
