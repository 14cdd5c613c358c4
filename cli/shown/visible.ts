/**
 * What a terminal obeys, and what hides or turns the text around it: controls, escapes, bidi controls (UAX 9), and whatever looks like nothing
 * (UAX 44, Default_Ignorable_Code_Point, and the blank of Braille).
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Somebody else's words with whatever cannot be seen in them shown as its code point, `⟨U+001B⟩`; lines stay lines, lone surrogates are U+FFFD. */
export const visible = (text: string): string =>
  text.toWellFormed().replaceAll(HIDDEN, (hidden) => (hidden === '\n' ? hidden : codePoint(hidden)));

const codePoint = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** On one line: a name that breaks the line would begin what looks like another fact. */
export const visibleLine = (text: string): string => visible(text).replaceAll('\n', ' ');

/** Words of several lines, each behind a bar, so that none of them passes for a line of ours. */
export const quoted = (text: string): readonly string[] =>
  visible(text)
    .split('\n')
    .map((line) => `│ ${line}`);

/** What a reader takes for its characters (UAX 29). */
export const graphemes = (text: string): readonly string[] =>
  Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);

/** The text, or as much of it as `most` characters hold, and that it is more. */
export const cut = (text: string, most: number): string => {
  const characters = graphemes(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};
