import type { Figure } from './figure.ts';
import { times } from './markdown.ts';

/** What one side of a comparison took, and what the other. */
export interface ContestRow {
  readonly name: string;
  /** With its unit, as the other's. */
  readonly ours: string;
  readonly other: string;
  /** The median, and between which ratios nine rounds in ten were. */
  readonly ratio: number;
  readonly spread: readonly [number, number];
  readonly bound: number;
}

const HEADING = ['what', 'ours', 'the other', 'median ratio', 'nine in ten', 'bound'];

/** The heading first. */
export const contestTable = (rows: readonly ContestRow[]): readonly (readonly string[])[] => [
  HEADING,
  ...rows.map(({ name, ours, other, ratio, spread, bound }) => [
    ...[name, ours, other],
    ...[times(ratio), spread.map(times).join(' to '), times(bound)],
  ]),
];

export const areKept = (rows: readonly ContestRow[]): boolean => rows.every(({ ratio, bound }) => ratio <= bound);

/** `remarks`: what else is to be said of how it was measured. */
export const contestFigure = (
  { ours, other, ratio, spread, bound }: ContestRow,
  what: string,
  remarks: readonly string[],
): Figure => ({
  ...{ what, how: [`${ours} and ${other}`, ...remarks].join('; ') },
  ...{ unit: ' ×', digits: 2, measured: ratio, spread, bound },
});
