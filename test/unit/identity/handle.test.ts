import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { handleOf } from '../../../lib/identity/handle.ts';
import { PEPPER } from './memory.ts';

/** `p_` and the 43 base64url characters of an HMAC-SHA256. */
const HANDLE = /^p_[A-Za-z0-9_-]{43}$/;

const ISSUER = 'https://idp.example.com';

const name = (maxLength: number) =>
  fc.string({ minLength: 1, maxLength, unit: 'grapheme' }).filter((t) => t.length <= maxLength);

describe('a handle', () => {
  test('is p_ and the HMAC of the JSON of issuer and subject', () => {
    const mac = createHmac('sha256', PEPPER).update('["https://idp.example.com","erin"]').digest('base64url');
    expect(handleOf(PEPPER, ISSUER, 'erin')).toBe(`p_${mac}`);
    expect(handleOf(PEPPER, ISSUER, 'erin')).toHaveLength(45);
  });

  test('is another for each pair, also for pairs that are the same text when put together', () => {
    fc.assert(
      fc.property(name(40), name(40), name(40), name(40), (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        expect(handleOf(PEPPER, a, b)).not.toBe(handleOf(PEPPER, c, d));
      }),
    );
    expect(handleOf(PEPPER, 'ab', 'c')).not.toBe(handleOf(PEPPER, 'a', 'bc'));
    expect(handleOf(PEPPER, 'a","b', 'c')).not.toBe(handleOf(PEPPER, 'a', 'b","c'));
  });

  test('always has the same form', () => {
    fc.assert(
      fc.property(name(1024), name(256), (issuer, subject) => {
        expect(handleOf(PEPPER, issuer, subject)).toMatch(HANDLE);
      }),
    );
  });

  test('is another under another pepper', () => {
    expect(handleOf(PEPPER, ISSUER, 'erin')).not.toBe(handleOf(`${PEPPER}!`, ISSUER, 'erin'));
  });

  test.each([
    ['an empty issuer', '', 'erin'],
    ['an empty subject', ISSUER, ''],
    ['a lone surrogate in the subject', ISSUER, 'erin\ud800'],
    ['a lone surrogate in the issuer', `${ISSUER}\udc00`, 'erin'],
    ['a subject of 257 characters', ISSUER, 's'.repeat(257)],
    ['an issuer of 1025 characters', 'i'.repeat(1025), 'erin'],
  ])('is not made of %s', (_what, issuer, subject) => {
    expect(() => handleOf(PEPPER, issuer, subject)).toThrow(TypeError);
  });

  test('is not made with a pepper that could be guessed', () => {
    expect(() => handleOf('p'.repeat(31), ISSUER, 'erin')).toThrow(TypeError);
    expect(handleOf('p'.repeat(32), ISSUER, 'erin')).toMatch(HANDLE);
  });
});
