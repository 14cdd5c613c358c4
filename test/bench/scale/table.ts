import { quantile } from '../compare.ts';
import { times as ratio } from '../markdown.ts';
import type { ScaleRow } from './compare.ts';

const HEADING = ['what', 'commands', 'read units: few, many', 'ms: few, many', 'median ratio', 'nine in ten'];

/** Many over few: the median, and between which nine rounds in ten were; undefined where no time was taken. */
export const ratioOf = ({ times }: ScaleRow): readonly [median: number, low: number, high: number] | undefined => {
  if (times.length === 0) return undefined;
  const ratios = times.map(({ fewMs, manyMs }) => manyMs / fewMs);
  return [quantile(ratios, 0.5), quantile(ratios, 0.05), quantile(ratios, 0.95)];
};

/** The heading first. */
export const tableOf = (rows: readonly ScaleRow[]): readonly (readonly string[])[] => [HEADING, ...rows.map(cellsOf)];

const cellsOf = (row: ScaleRow): readonly string[] => {
  const { name, few, many, times } = row;
  const asked = Object.entries(many.commands).map(([command, count]) => `${count} ${command.replace('Command', '')}`);
  const reads = [name, asked.join(', '), `${few.units}, ${many.units}`];
  const measured = ratioOf(row);
  if (!measured) return [...reads, '', '', ''];
  const ms = [times.map(({ fewMs }) => fewMs), times.map(({ manyMs }) => manyMs)];
  const medians = ms.map((each) => quantile(each, 0.5).toFixed(1)).join(', ');
  const [median, low, high] = measured.map(ratio);
  return [...reads, medians, median ?? '', `${low ?? ''} to ${high ?? ''}`];
};
