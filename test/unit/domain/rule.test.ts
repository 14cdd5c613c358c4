import { expect, test } from '@jest/globals';
import { HatcheckError, badInput, refuse } from '../../../lib/domain/errors.ts';
import { unlessRefused } from '../../../lib/domain/command.ts';
import { type Check, evaluate } from '../../../lib/domain/rule.ts';
import { outcome, told } from './outcome.ts';

const no = refuse('wrong_status', 'no');
const check = (rule: string, refusal?: typeof no, gate?: boolean): Check => ({
  rule,
  detail: `about ${rule}`,
  check: () => refusal,
  ...(gate === undefined ? {} : { gate }),
});
const neverAsked: Check = {
  rule: 'later',
  detail: 'about later',
  check: () => {
    throw new Error('a closed gate was passed');
  },
};

test('every rule is told, in its order', () => {
  expect(told(evaluate([check('a'), check('b', no), check('c')]))).toEqual([
    'a: satisfied',
    'b: notSatisfied',
    'c: satisfied',
  ]);
});

test('behind a gate that fails nothing is evaluated', () => {
  expect(told(evaluate([check('gate', no, true), neverAsked]))).toEqual(['gate: notSatisfied', 'later: notEvaluated']);
});

test('a gate that is satisfied is open', () => {
  expect(told(evaluate([check('gate', undefined, true), check('b', no)]))).toEqual([
    'gate: satisfied',
    'b: notSatisfied',
  ]);
});

test('a rule says what it is about, and why where it fails', () => {
  expect(evaluate([check('a'), check('b', no, true), check('c')])).toEqual([
    { rule: 'a', outcome: 'satisfied', detail: 'about a' },
    { rule: 'b', outcome: 'notSatisfied', detail: 'about b', refusal: no },
    { rule: 'c', outcome: 'notEvaluated', detail: 'about c' },
  ]);
});

test('the first rule that fails is the one that speaks, by its name, and all are told with it', () => {
  const rules = evaluate([check('a'), check('b', no), check('c', refuse('not_eligible', 'also no'))]);
  const decision = unlessRefused(rules, () => ({ type: 'request.cancelled', data: {} }));
  expect(decision).toEqual({ refusal: { ...no, rule: { name: 'b', detail: 'about b' } }, rules });
});

test('where no rule fails there is the event', () => {
  expect(outcome(unlessRefused(evaluate([check('a')]), () => ({ type: 'request.cancelled', data: {} })))).toBe(
    'request.cancelled',
  );
});

test('bad input names the member and its fault', () => {
  expect(badInput('/ticket', 'required', 'a ticket is required')).toMatchObject({
    code: 'invalid_input',
    faults: [{ pointer: '/ticket', code: 'required', detail: 'a ticket is required' }],
  });
});

test('an error carries its refusal, its code and its cause', () => {
  const cause = new Error('below');
  const error = new HatcheckError(no, { cause });
  expect(error).toMatchObject({ name: 'HatcheckError', code: 'wrong_status', refusal: no, cause });
  expect(error.message).toContain('wrong_status');
});
