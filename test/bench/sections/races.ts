import { measureCliStart } from '../cli-start.ts';
import { quantile, spreadOf } from '../compare.ts';
import { type ContestRow, areKept, contestFigure, contestTable } from '../contest-row.ts';
import type { Figure } from '../figure.ts';
import { type Measured, measureIssuePath } from '../issue-path.ts';
import type { Found, Section } from '../section.ts';

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

const found = (measured: readonly Measured[]): Found => {
  const rows = measured.map(rowOf);
  return {
    table: contestTable(rows),
    remarks: measured.flatMap(({ name, remarks }) => (remarks === '' ? [] : [`${name}: ${remarks}`])),
    isGood: areKept(rows),
  };
};

const rowOf = ({ name, ours, floor, unit, ratios, bound }: Measured): ContestRow => ({
  ...{ name, ours: `${ours.toFixed(0)} ${unit}`, other: `${floor.toFixed(0)} ${unit}` },
  ...{ ratio: quantile(ratios, 0.5), spread: spreadOf(ratios), bound },
});

const figureOf = (measured: Measured, what: string): Figure => {
  const { ratios, remarks } = measured;
  return contestFigure(rowOf(measured), what, [...(remarks === '' ? [] : [remarks]), `${ratios.length} rounds`]);
};
