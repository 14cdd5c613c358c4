/** A table of Markdown; the first row is its heading. */
export const markdown = ([heading = [], ...rows]: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

export const times = (ratio: number): string => ratio.toFixed(2);
