import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { hashText } from '../../../lib/broker/text.ts';

describe('the hash of a text', () => {
  test('is base64url SHA-256 of salt, zero byte and text in UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('salt'), Buffer.from([0]), Buffer.from('größer 🎩', 'utf8')]);
    expect(hashText('salt', 'größer 🎩')).toBe(createHash('sha256').update(bytes).digest('base64url'));
  });

  test('differs where the border between salt and text does', () => {
    expect(hashText('ab', 'c')).not.toBe(hashText('a', 'bc'));
  });

  test.each([
    ['a zero byte in the salt, which would move the border', 'a\0b', 'c'],
    ['a lone surrogate in the text, which UTF-8 would replace', 'a', '\ud800'],
    ['a lone surrogate in the salt', '\udfff', 'a'],
  ])('refuses %s', (_name, salt, text) => {
    expect(() => hashText(salt, text)).toThrow(TypeError);
  });
});
