import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { actText, whoText } from '../../../../lib/config/policy/scene-text.ts';
import { compiled, line } from './written.ts';

const page = readFileSync('docs/policy.md', 'utf8');

const named = (name: string): boolean => page.includes(`\`${name}\``);

test('docs/policy.md has every warning of lint, and no other', () => {
  const source = ['oddities', 'partition-oddities']
    .map((name) => readFileSync(`lib/config/policy/${name}.ts`, 'utf8'))
    .join();
  const codes = new Set([...source.matchAll(/'([a-z]+(?:_[a-z]+)+)'/g)].map(([, code = '']) => code));
  expect(codes.size).toBeGreaterThan(8);
  expect([...codes].filter((code) => !named(code))).toStrictEqual([]);
  const rows = page.slice(page.indexOf('| warning |'), page.indexOf('## explain'));
  const documented = [...rows.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code = '']) => code);
  expect(documented.filter((code) => !codes.has(code))).toStrictEqual([]);
});

test.each([...Object.keys(whoText(compiled(line('x'))).shape), ...Object.keys(z.object(actText).shape)])(
  'docs/policy.md has the member %s of an expectation',
  (name) => {
    expect(named(name)).toBe(true);
  },
);
