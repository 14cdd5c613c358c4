import { graphemes } from './visible.ts';

/** One cell of a table: its text, and the colour that it is given once it is as wide as its column. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);
const widthOf = (cell: Cell): number => graphemes(textOf(cell)).length;

/** Rows as lines, each column as wide as its widest cell; nothing trails. */
export const tableLines = (rows: readonly (readonly Cell[])[]): readonly string[] => {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, at) => padded(cell, at === row.length - 1 ? 0 : (widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
};

const padded = (cell: Cell, width: number): string => {
  const filled = textOf(cell) + ' '.repeat(Math.max(0, width - widthOf(cell)));
  return typeof cell === 'string' ? filled : cell.paint(filled);
};
