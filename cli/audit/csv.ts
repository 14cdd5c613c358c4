/** RFC 4180, with a header. What a spreadsheet would take for a formula is text: names are other people's. */
export const csv = (header: readonly string[], rows: readonly Row[]): string => csvRows([header, ...rows]);

export type Row = readonly (string | number)[];

/** More of them, below a header. */
export const csvRows = (rows: readonly Row[]): string => rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

const cell = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
