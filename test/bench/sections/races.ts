import { measureCliStart } from '../cli-start.ts';
import { quantile } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { type Measured, measureIssuePath } from '../issue-path.ts';
import { times } from '../markdown.ts';
import type { Found, Section } from '../section.ts';

const HEADING = ['what', 'ours', 'the other', 'median ratio', 'nine in ten', 'bound'];

/** What is measured in processes of its own. */
export const issue: Section = async ({ rounds }) => {
  const measured = await measureIssuePath(rounds);
  const [warm, start] = measured;
  return {
    ...found(measured),
    figures: [
      ...(start ? [figureOf(start, '`credentials`, process start to first answer, over the same SDK calls')] : []),
      ...(warm ? [figureOf(warm, 'warm issue, CPU, over that program')] : []),
    ],
  };
};

export const cli: Section = async ({ rounds }) => found(await measureCliStart(rounds));

const found = (measured: readonly Measured[]): Found => ({
  table: [HEADING, ...measured.map(rowOf)],
  remarks: measured.flatMap(({ name, remarks }) => (remarks === '' ? [] : [`${name}: ${remarks}`])),
  isGood: measured.every(({ ratios, bound }) => quantile(ratios, 0.5) <= bound),
});

const spreadOf = (ratios: readonly number[]): readonly [number, number] => [
  quantile(ratios, 0.05),
  quantile(ratios, 0.95),
];

const rowOf = ({ name, ours, floor, unit, ratios, bound }: Measured): readonly string[] => [
  ...[name, `${ours.toFixed(0)} ${unit}`, `${floor.toFixed(0)} ${unit}`],
  ...[times(quantile(ratios, 0.5)), spreadOf(ratios).map(times).join(' to '), times(bound)],
];

const figureOf = ({ ours, floor, unit, ratios, bound, remarks }: Measured, what: string): Figure => ({
  what,
  how: [
    `${ours.toFixed(0)} and ${floor.toFixed(0)} ${unit}`,
    ...(remarks === '' ? [] : [remarks]),
    `${ratios.length} rounds`,
  ].join('; '),
  ...{ unit: ' ×', digits: 2, measured: quantile(ratios, 0.5), spread: spreadOf(ratios), bound },
});
