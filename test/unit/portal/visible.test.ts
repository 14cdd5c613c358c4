import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visible as visibleInChat, visibleLine as lineInChat } from '../../../lib/chatops/plain.ts';
import { visible, visibleLine } from '../../../portal/src/parts/visible.ts';

test('whatever hides or turns text is shown as its code point', () => {
  expect(visible('pay\u202Eload')).toBe('pay⟨U+202E⟩load');
  expect(visible('a\u200Bb\u{E0041}c\u0000')).toBe('a⟨U+200B⟩b⟨U+E0041⟩c⟨U+0000⟩');
  expect(visible('\uD800x')).toBe('\uFFFDx');
});

test('line ends stay in words, and go from names', () => {
  expect([visible('a\nb'), visibleLine('a\nb')]).toEqual(['a\nb', 'a b']);
});

test('every code point is shown as chat shows it', () => {
  const BLOCK = 0x1000;
  for (let first = 0; first <= 0x10ffff; first += BLOCK) {
    const text = Array.from({ length: BLOCK }, (_, n) => `${String.fromCodePoint(first + n)} `).join('');
    expect(visible(text) === visibleInChat(text)).toBe(true);
  }
});

test('so is every text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visibleLine(text)).toBe(lineInChat(text));
    }),
  );
});
