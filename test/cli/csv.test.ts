import { expect, test } from '@jest/globals';
import { csv } from '../../cli/audit/csv.ts';

test('a cell with a comma, a quote or an end of line is quoted, and a quote doubled (RFC 4180 §2)', () => {
  const rows = [
    ['1,2', 'say "x"'],
    ['line\none', 3],
  ];
  expect(csv(['a', 'b'], rows)).toBe('a,b\r\n"1,2","say ""x"""\r\n"line\none",3\r\n');
});

test.each(['=cmd|calc', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
  '%j is text in a spreadsheet, and no formula',
  (value) => {
    expect(csv(['a'], [[value]])).toMatch(/^a\r\n"?'/);
  },
);

test('a number below nothing is one', () => {
  expect(csv(['a'], [[-1]])).toBe('a\r\n-1\r\n');
});
