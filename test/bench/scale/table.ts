import { quantile, spreadOf } from '../compare.ts';
import { times as shown } from '../markdown.ts';
import type { ScaleRow } from './compare.ts';

const HEADING = ['what', 'commands', 'read units: few, many', 'ms: few, many', 'median ratio', 'nine in ten'];

interface Ratio {
  readonly median: number;
  readonly spread: readonly [number, number];
}

/** Many over few; undefined where no time was taken. */
export const ratioOf = ({ times }: ScaleRow): Ratio | undefined => {
  if (times.length === 0) return undefined;
  const ratios = times.map(({ fewMs, manyMs }) => manyMs / fewMs);
  return { median: quantile(ratios, 0.5), spread: spreadOf(ratios) };
};

/** The heading first. */
export const tableOf = (rows: readonly ScaleRow[]): readonly (readonly string[])[] => [HEADING, ...rows.map(cellsOf)];

const cellsOf = (row: ScaleRow): readonly string[] => {
  const { name, few, many, times } = row;
  const asked = Object.entries(many.commands).map(([command, count]) => `${count} ${command.replace('Command', '')}`);
  const reads = [name, asked.join(', '), `${few.units}, ${many.units}`];
  const ratio = ratioOf(row);
  if (!ratio) return [...reads, '', '', ''];
  const ms = [times.map(({ fewMs }) => fewMs), times.map(({ manyMs }) => manyMs)];
  const medians = ms.map((each) => quantile(each, 0.5).toFixed(1)).join(', ');
  return [...reads, medians, shown(ratio.median), ratio.spread.map(shown).join(' to ')];
};
