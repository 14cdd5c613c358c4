import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { functionsOf, reservedFor } from '../../../scripts/restore/functions-of.ts';

const functions = functionsOf(readFileSync('serverless.yml', 'utf8'), 'prod');
const names = functions.map(({ name }) => name);

test('every function of serverless.yml is shut, by the name that it is deployed under', () => {
  expect(names.every((name) => /^hatcheck-prod-[a-z-]+$/.test(name))).toBe(true);
  for (const some of ['requests', 'on-export', 'on-sequence']) expect(names).toContain(`hatcheck-prod-${some}`);
  expect(new Set(names).size).toBe(names.length);
});

test('who gives credentials out is opened last, and who derives from the ledger first', () => {
  expect(names.at(-1)).toBe('hatcheck-prod-credentials');
  const people = names.findIndex((name) => !name.includes('-on-'));
  expect(names.slice(people).filter((name) => name.includes('-on-'))).toStrictEqual([]);
});

test('as long as the longest of them may run is waited', () => {
  expect(Math.max(...functions.map(({ timeoutSeconds }) => timeoutSeconds))).toBe(300);
});

test('what a stage reserves is given back, and nothing where it reserves nothing', () => {
  const reserved = names.map((name) => reservedFor(name, 20)).filter((calls) => calls !== 'shared');
  expect(reserved.toSorted()).toEqual([1, 20, 20]);
  expect(names.map((name) => reservedFor(name, 0))).toEqual(names.map(() => 'shared'));
});
