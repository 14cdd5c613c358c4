import { expect, test } from '@jest/globals';
import { refuse } from '../../../lib/domain/errors.ts';
import type { ErrorCode } from '../../../lib/domain/errors.ts';
import { problemDocument, problems } from '../../../lib/http/problem.ts';
import { Refused, Unreachable, saidOf } from '../../../portal/src/api/problem.ts';

const codes = Object.keys(problems) as ErrorCode[];
const refused = (code: ErrorCode) => new Refused(problems[code].status, problemDocument(refuse(code, 'x'), 'c'));

test.each(codes)('%s is said in words of the page, which name no path of the API', (code) => {
  const { says, next } = saidOf(refused(code));
  expect(says).not.toBe('');
  expect(`${says} ${next ?? ''}`).not.toMatch(/GET |POST |\/v1\/|Retry-After|Idempotency|"errors"/);
});

test('the rule that is against it is told', () => {
  const refusal = { ...refuse('step_up_required', 'x'), rule: { name: 'mfa', detail: 'A second factor.' } };
  const said = saidOf(new Refused(403, problemDocument(refusal, 'c')));
  expect(said.says).toBe('This needs a newer or stronger sign-in. What it takes: A second factor.');
});

test('what is wrong with the input is named', () => {
  const errors = [{ pointer: '/ticket', detail: 'a ticket is required' }];
  expect(saidOf(new Refused(400, { code: 'invalid_input', errors }))).toEqual({
    says: 'ticket: a ticket is required.',
  });
});

test('a code that the page does not know is told in the broker’s words', () => {
  expect(saidOf(new Refused(418, { code: 'toString', detail: 'No.' }))).toEqual({ says: 'No.' });
  expect(saidOf(new Refused(502, {}))).toEqual({ says: 'Something went wrong at Hatcheck.', next: expect.any(String) });
});

test('a crowd at the gateway is no fault of anybody’s, and says when to come back where it knows', () => {
  expect(saidOf(new Refused(429, {}))).toEqual({
    says: 'Too many people are at it at once, so nothing was done.',
    next: 'Try again in a moment.',
  });
  expect(saidOf(new Refused(429, {}, '7')).next).toBe('Try again in 7 s.');
  expect(saidOf(refused('limit_reached')).says).toBe('This was done as often as is allowed for now.');
});

test('no answer is no refusal', () => {
  expect(saidOf(new Unreachable()).says).toBe('Hatcheck does not answer.');
});

test('an open redirect in loginUrl is not followed', () => {
  expect(new Refused(403, { loginUrl: 'https://evil.example.com/login?' }).loginUrl).toBeUndefined();
  expect(new Refused(403, { loginUrl: '/login?stepUp=mfa' }).loginUrl).toBe('/login?stepUp=mfa');
});

test.each([
  ['5', 5],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s', (header, seconds) => {
  expect(new Refused(503, {}, header).retryAfterSeconds).toBe(seconds);
});
