/**
 * What may hide or turn text around it: controls but for line ends, bidi controls (UAX 9), zero-width characters, line separators, tags; soft
 * hyphens, joiners, fillers and blanks that look like nothing, variation selectors, and what annotates lines between them.
 * NB. Names come from identity providers, and words are older than a rule may be: they are looked at again wherever they are shown.
 */
const HIDDEN =
  /[\p{Cc}\u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with whatever cannot be seen in it shown as its code point, `⟨U+202E⟩`; lone surrogates too. */
export const visible = (text: string): string =>
  text.toWellFormed().replaceAll(HIDDEN, (hidden) => (hidden === '\n' ? hidden : codePoint(hidden)));

const codePoint = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** On one line: a name that breaks the line would begin what looks like another fact. */
export const visibleLine = (text: string): string => visible(text).replaceAll('\n', ' ');

const CUT = ' … (cut: the portal has it all)';

/** In UTF-16 units, as platforms count. */
export const lengthOf = (parts: readonly string[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** At most `most` of them (31 at the least: what is cut says so), never cut within a character or what stands for it. */
export const fitting = (characters: readonly string[], most: number): string => {
  if (lengthOf(characters) <= most) return characters.join('');
  let room = most - CUT.length;
  const kept = characters.slice(
    0,
    characters.findIndex((each) => (room -= each.length) < 0),
  );
  return kept.join('') + CUT;
};
