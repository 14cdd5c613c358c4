import { fitting, lengthOf, visible, visibleLine } from '../plain.ts';

export type Element = Readonly<Record<string, unknown>>;

/** How much of a text is shown. */
export interface Room {
  readonly characters: number;
  readonly lines: number;
}

/** Teams takes about 100 KB a message (UTF-16, the card's own words counted); so much of it is what people wrote. */
const MOST_CHARACTERS = 12_000;
const MOST_LINES = 120;

export const WHOLE: Room = { characters: 2000, lines: 60 };
/** Where all of them together would be too much. */
export const SHORT: Room = { characters: 200, lines: 5 };

const linesOf = (text: string): readonly string[] => text.split('\n');

/** Whether nothing of these texts needs to be cut. */
export const fitsWhole = (texts: readonly string[]): boolean => {
  const shown = texts.map(visible);
  return (
    shown.every((text) => text.length <= WHOLE.characters && linesOf(text).length <= WHOLE.lines) &&
    lengthOf(shown) <= MOST_CHARACTERS &&
    shown.flatMap(linesOf).length <= MOST_LINES
  );
};

export const oneLine = (text: string): string => fitting(Array.from(visibleLine(text)), 75);

/**
 * `RichTextBlock` of `TextRun`s: unlike a `TextBlock` or a `FactSet` it has no Markdown, so neither links nor emphasis can be forged.
 * NB. `{{DATE(…)}}` is put into words in these too: braces that stand together are shown by two runs.
 */
export const plainLine = (text: string, run: Element = {}, block: Element = {}): Element => ({
  type: 'RichTextBlock',
  ...block,
  inlines: runsOf(fitting(Array.from(visibleLine(text)), WHOLE.characters), run),
});

const runsOf = (text: string, run: Element): readonly Element[] =>
  (text.trim() === '' ? '–' : text).split(/(?<=\{)(?=\{)/).map((part) => ({ type: 'TextRun', text: part, ...run }));

/** A block a line: what a run makes of a line break is each client's own affair. */
export const plainLines = (text: string, { characters, lines }: Room): readonly Element[] =>
  linesOf(withinLines(fitting(Array.from(visible(text)), characters), lines)).map((line, index) =>
    plainLine(line, {}, index === 0 ? {} : { spacing: 'None' }),
  );

const withinLines = (text: string, most: number): string => {
  const lines = linesOf(text);
  return lines.length <= most ? text : [...lines.slice(0, most - 1), '… (cut: the portal has it all)'].join('\n');
};

/** Without what a client might take for Markdown or a mention. */
export const plainSummary = (text: string): string =>
  fitting(Array.from(visibleLine(text).replaceAll(/[@#*_~`|[\]()<>\\]/g, ' ')), 300);
