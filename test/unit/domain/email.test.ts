import { describe, expect, test } from '@jest/globals';
import { sameMailbox } from '../../../lib/domain/email.ts';

describe('a mailbox', () => {
  test('is the same however its ASCII letters are written', () => {
    expect(sameMailbox('Engineer@Example.com', 'engineer@example.COM')).toBe(true);
  });

  test.each([
    ['another name', 'engineer@example.com', 'engineers@example.com'],
    ['a part of it', 'engineer@example.com', 'engineer@example.com.evil.example'],
    ['the Kelvin sign for a k', 'k@example.com', '\u212A@example.com'],
    ['a dotted capital I for an i', 'i@example.com', '\u0130@example.com'],
    ['a sharp s for two', 'strasse@example.com', 'stra\u00DFe@example.com'],
    ['an accent composed otherwise', 'caf\u00E9@example.com', 'cafe\u0301@example.com'],
    ['a space behind it', 'engineer@example.com', 'engineer@example.com '],
  ])('is not the same with %s', (_what, one, other) => {
    expect(sameMailbox(one, other)).toBe(false);
    expect(sameMailbox(other, one)).toBe(false);
  });
});
