import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { refuse } from '../../../lib/domain/errors.ts';
import { problemDocument, problems } from '../../../lib/http/problem.ts';

const documented = readFileSync('docs/errors.md', 'utf8');
const rows = [...documented.matchAll(/^\| `(\w+)` \| (\d{3}) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, code, status, title, detail]) => ({ code, status: Number(status), title, detail }),
);

describe('docs/errors.md', () => {
  test('repeats the table of codes, in its order, to the letter', () => {
    expect(rows).toEqual(Object.entries(problems).map(([code, problem]) => ({ code, ...problem })));
  });

  test('explains every code of a fault', () => {
    const sources = ['faults', 'form', 'strict-json', 'schemas', 'middleware/input', 'middleware/shape']
      .map((name) => readFileSync(`lib/http/${name}.ts`, 'utf8'))
      .join('\n');
    const used = new Set(
      [...sources.matchAll(/(?:code: |(?<!\.)code === |\bfault\()'(\w+)'/g)]
        .map(([, code]) => code)
        .filter((code) => code !== 'invalid_input'),
    );
    expect(used.size).toBeGreaterThan(12);
    expect([...used].filter((code) => !documented.includes(`\`${String(code)}\``))).toStrictEqual([]);
  });
});

test('what the client is told gives no hint about the inside', () => {
  for (const { detail, title } of Object.values(problems))
    expect(`${title} ${detail}`).not.toMatch(/dynamo|lambda|table|stack|exception|undefined|STS|secret/i);
});

describe('the rule that is against it', () => {
  const rule = { name: 'mfa', detail: 'Signed in with more than one factor.' };
  const detailOf = (code: 'step_up_required' | 'not_found') =>
    problemDocument({ ...refuse(code, 'for the log'), rule }, 'call-1').detail;

  test('follows what the code says', () => {
    expect(detailOf('step_up_required')).toBe(
      `${problems.step_up_required.detail} Rule "mfa": Signed in with more than one factor.`,
    );
  });

  test('attack: a 404 is the same for what is hidden and for what is not there', () => {
    expect(detailOf('not_found')).toBe(problems.not_found.detail);
  });
});
