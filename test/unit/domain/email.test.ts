import { describe, expect, test } from '@jest/globals';
import { isMailbox, sameMailbox } from '../../../lib/domain/email.ts';

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

describe('a mailbox that a mail may be sent to', () => {
  test('is at most 254 characters long (RFC 5321, 4.5.3.1.3, without the brackets)', () => {
    const labels = `${'c'.repeat(62)}.`.repeat(3);
    const ofLength = (length: number): string => `${'e'.repeat(length - 4 - labels.length)}@${labels}com`;
    expect([ofLength(254).length, isMailbox(ofLength(254))]).toEqual([254, true]);
    expect([ofLength(255).length, isMailbox(ofLength(255))]).toEqual([255, false]);
  });

  test.each(['erin@example.com', "o'neil+x@mail.example.co.uk", 'a@b.xn--p1ai', '-erin@example.com'])(
    'is %s',
    (text) => {
      expect(isMailbox(text)).toBe(true);
    },
  );

  test.each([
    ...['erin', 'erin@', '@example.com', 'erin@localhost', 'erin@example.com,mallory@evil.example', 'a b@example.com'],
    ...[
      'Erin <erin@example.com>',
      'erin@example.com\r\nBcc: x@evil.example',
      'erin@example.com\n',
      '"erin"@example.com',
    ],
    ...[
      'erin@exämple.com',
      'erin@[10.0.0.1]',
      'erin;x@example.com',
      `${'a'.repeat(65)}@example.com`,
      'erin@example..com',
    ],
    ...[
      'erin(x)@example.com',
      'erin@example.com.',
      `a@${'b.'.repeat(21)}com`,
      `a@${`${'b'.repeat(60)}.`.repeat(5)}com`,
    ],
  ])('is not %j', (text) => {
    expect(isMailbox(text)).toBe(false);
  });
});
