import * as z from 'zod';

/** Of an attribute's value, as DynamoDB counts it ("Amazon DynamoDB item sizes and formats"). */
const valueBytes = (value: unknown): number => {
  const [type, held] = Object.entries(z.record(z.string(), z.unknown()).parse(value))[0] ?? [];
  switch (type) {
    case 'S':
      return Buffer.byteLength(z.string().parse(held));
    case 'N':
      return Math.ceil(z.string().parse(held).length / 2) + 1;
    case 'B':
      return Buffer.byteLength(z.string().parse(held), 'base64');
    case 'SS':
      return sum(
        z
          .array(z.string())
          .parse(held)
          .map((text) => Buffer.byteLength(text)),
      );
    case 'L':
      return (
        3 +
        sum(
          z
            .array(z.unknown())
            .parse(held)
            .map((each) => 1 + valueBytes(each)),
        )
      );
    case 'M':
      return (
        3 +
        sum(
          Object.entries(itemSchema.parse(held)).map(([name, each]) => 1 + Buffer.byteLength(name) + valueBytes(each)),
        )
      );
    case 'BOOL':
    case 'NULL':
      return 1;
    default:
      throw new TypeError(`an attribute of type ${type ?? 'none'}`);
  }
};

const itemSchema = z.record(z.string(), z.unknown());
export type Item = z.infer<typeof itemSchema>;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Bytes of an item without what storage adds; 0 of none. */
export const itemBytes = (item: Item | undefined): number =>
  sum(Object.entries(item ?? {}).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));

/** What a secondary index is by. */
export interface IndexKeys {
  readonly hash: string;
  readonly range: string;
}

const isIn = ({ hash, range }: IndexKeys, item: Item | undefined): boolean =>
  item?.[hash] !== undefined && item[range] !== undefined;

const kilobytes = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

/**
 * Write units of putting `after` in the place of `before`, secondary indexes too: a unit for each KB, and in an index one for what goes and
 * one for what comes where the keys change ("Write capacity units … for global secondary indexes"). As if every index held everything: an upper bound.
 */
export const writeUnits = (
  before: Item | undefined,
  after: Item | undefined,
  indexes: readonly IndexKeys[],
): number => {
  const table = kilobytes(Math.max(itemBytes(before), itemBytes(after)));
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return table + (isSame ? 0 : sum(indexes.map((index) => indexUnits(before, after, index))));
};

const indexUnits = (before: Item | undefined, after: Item | undefined, index: IndexKeys): number => {
  const [was, is] = [isIn(index, before), isIn(index, after)];
  const keysOf = (item: Item | undefined): string => JSON.stringify([item?.[index.hash], item?.[index.range]]);
  const isMoved = was && is && keysOf(before) !== keysOf(after);
  if (isMoved) return kilobytes(itemBytes(before)) + kilobytes(itemBytes(after));
  return was || is ? kilobytes(Math.max(itemBytes(before), itemBytes(after))) : 0;
};

/** What storage adds to each item, in a table and in each index ("DynamoDB storage"). */
const OVERHEAD_BYTES = 100;

/** Bytes that are billed as stored: the item, and its copy in each index that it is in. */
export const storedBytes = (item: Item | undefined, indexes: readonly IndexKeys[]): number =>
  item === undefined
    ? 0
    : (itemBytes(item) + OVERHEAD_BYTES) * (1 + indexes.filter((index) => isIn(index, item)).length);
