/** One thing wrong with access.yml or with a file that it names. */
export interface AccessFault {
  /** As given to the reader, or relative to access.yml. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `entitlements.prod-admin.approval.stages[0]`; empty for the whole file. */
  readonly path: string;
  readonly code: string;
  /** For whoever edits the file. It repeats names, never the value of a secret. */
  readonly message: string;
}

/** Every fault at once, in the order of the file. */
export class AccessFileError extends Error {
  readonly faults: readonly AccessFault[];

  constructor(faults: readonly AccessFault[]) {
    const sorted = faults.toSorted(inFileOrder);
    super(sorted.map(printed).join('\n'));
    this.name = 'AccessFileError';
    this.faults = sorted;
  }
}

/** By file, line, column. */
export const inFileOrder = (a: AccessFault, b: AccessFault): number =>
  compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.path, b.path);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** `access.yml:12:5 entitlements.prod-admin.approval: must be auto, or a map with stages` */
export const printed = ({ file, line, column, path, message }: AccessFault): string =>
  `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`;

export type Path = readonly (string | number)[];

export const printedPath = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
