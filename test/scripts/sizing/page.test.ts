import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { readFacts, readPrices } from '../../../scripts/sizing/facts.ts';
import { figure, sizingPage } from '../../../scripts/sizing/page.ts';

const page = await readFile('docs/sizing.md', 'utf8');

/** The figures of a table's rows, beginning with the one that has this head. */
const tableOf = (firstCell: string): readonly (readonly string[])[] => {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${firstCell} |`));
  const to = lines.indexOf('', from);
  return lines.slice(from + 2, to).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

const usdOf = (cell = ''): number => (cell.startsWith('<') ? 0.0025 : Number(cell.replaceAll(/[*,]/g, '') || 0));

test('docs/sizing.md is what was counted, assumed and priced; if it is not, run: npm run docs', () => {
  expect(page).toBe(sizingPage());
});

test.each(['USD | 1,000 elevations', 'USD | nobody'])('the lines of "%s" add up to what stands below them', (name) => {
  const rows = tableOf(name);
  const together = rows.at(-1) ?? [];
  expect(together[0]).toBe('**together**');
  for (let column = 1; column < together.length; column += 1) {
    const sum = rows.slice(0, -1).reduce((total, row) => total + usdOf(row[column]), 0);
    const said = usdOf(together[column]);
    // Each line is rounded by itself.
    expect(Math.abs(sum - said)).toBeLessThanOrEqual((said < 100 ? 0.005 : 0.5) * rows.length);
  }
});

test('another price is another page', () => {
  const { prices, ...rest } = readPrices();
  const dearer = { ...rest, prices: { ...prices, writeUnits: { ...prices.writeUnits, usd: 6.25 } } };
  expect(sizingPage(readFacts(), dearer)).not.toBe(page);
});

test.each([
  [0.0261, '0.03'],
  [9.5, '9.5'],
  [1234.4, '1,234'],
  [1_003_456, '1,003,000'],
])('%p is written %p', (amount, text) => {
  expect(figure(amount)).toBe(text);
});
