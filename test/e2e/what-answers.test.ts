import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { whatAnswers } from '../../scripts/deploy/what-answers.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ONCE = { tries: 1, pauseMs: 0 };

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());

test('what a deployment looks at answers as the functions do', async () => {
  const { origin } = stack;
  expect(await whatAnswers({ origin, issuer: origin }, ONCE)).toStrictEqual([]);
});

test('and not as another stage’s would', async () => {
  const { origin } = stack;
  const elsewhere = origin.replace('127.0.0.1', 'localhost');
  expect(await whatAnswers({ origin: elsewhere, issuer: elsewhere }, ONCE)).toHaveLength(2);
});
