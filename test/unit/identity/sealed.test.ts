import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { derived } from '../../../lib/identity/derived.ts';
import { sealed, unsealed } from '../../../lib/identity/sealed.ts';

const secret = randomBytes(32).toString('base64url');

const cut = (box: string, bytes: number): string =>
  Buffer.from(box, 'base64url').subarray(0, bytes).toString('base64url');

describe('what is sealed', () => {
  test('opens with its secret, for what it belongs to, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(unsealed(secret, context, sealed(secret, context, text))).toBe(text);
      }),
    );
  });

  test('and was sealed before a deployment opens after it', () => {
    const box = 'BwcHBwcHBwcHBwcHcy-lN_uECyki5-DArzPA2pFwp3ZqQb0';
    expect(unsealed('s'.repeat(43), 'context', box)).toBe('é text');
    expect(derived('s'.repeat(43), 'nonce').toString('base64url')).toBe('-LmKTRAONJqoygEA6uE261uxSdV_nUEgMib5GT07cCI');
  });

  test('may say nothing', () => {
    expect(unsealed(secret, 'a', sealed(secret, 'a', ''))).toBe('');
  });

  test('is not the same twice', () => {
    expect(sealed(secret, 'a', 'text')).not.toBe(sealed(secret, 'a', 'text'));
  });

  test.each([
    ['with another secret', () => unsealed(randomBytes(32).toString('base64url'), 'a', sealed(secret, 'a', 'text'))],
    ['moved to somebody else', () => unsealed(secret, 'b', sealed(secret, 'a', 'text'))],
    ['cut short', () => unsealed(secret, 'a', sealed(secret, 'a', 'text').slice(0, 30))],
    ['as less than its IV', () => unsealed(secret, 'a', sealed(secret, 'a', 'text').slice(0, 10))],
    ['with an IV alone', () => unsealed(secret, 'a', sealed(secret, 'a', 'text').slice(0, 16))],
    ...[4, 8, 12, 15].map(
      (bytes) =>
        [
          `with ${bytes} bytes of its tag`,
          () => unsealed(secret, 'a', cut(sealed(secret, 'a', ''), 12 + bytes)),
        ] as const,
    ),
    ['empty', () => unsealed(secret, 'a', '')],
  ])('does not open %s', (_what, open) => {
    expect(open()).toBeUndefined();
  });

  test('does not open with any bit of it changed', () => {
    const box = Buffer.from(sealed(secret, 'a', 'text'), 'base64url');
    for (let bit = 0; bit < box.length * 8; bit += 1) {
      const changed = Buffer.from(box);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(unsealed(secret, 'a', changed.toString('base64url'))).toBeUndefined();
    }
  });
});
