/**
 * What may hide or turn the text around it: controls but for line ends, bidi controls (UAX 9), zero-width characters, line separators,
 * tags, soft hyphens, joiners, fillers and blanks that look like nothing, variation selectors, and what annotates lines between them.
 * A test holds it against what chat does.
 */
const HIDDEN =
  /[\p{Cc}\u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with whatever cannot be seen in it shown as its code point, `⟨U+202E⟩`; lone surrogates as U+FFFD. */
export const visible = (text: string): string =>
  text.toWellFormed().replaceAll(HIDDEN, (hidden) => (hidden === '\n' ? hidden : codePoint(hidden)));

const codePoint = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** On one line: a name that breaks the line would begin what looks like another fact. */
export const visibleLine = (text: string): string => visible(text).replaceAll('\n', ' ');
