import { compare } from '../compare.ts';
import { type ContestRow, areKept, contestFigure, contestTable } from '../contest-row.ts';
import { idTokens } from '../id-tokens.ts';
import { samlResponses } from '../saml-responses.ts';
import type { Section } from '../section.ts';

/** What verifying an assertion costs, against what cannot be done without, or against another library. */
export const identity: Section = async ({ rounds, roundMs }) => {
  const tokens = await idTokens();
  const rows: ContestRow[] = [];
  for (const contest of [...tokens, ...(await samlResponses())]) {
    const { candidateUs, baselineUs, ...compared } = await compare(contest, { rounds, roundMs });
    const { name, bound } = contest;
    rows.push({ name, bound, ours: us(candidateUs), other: us(baselineUs), ...compared });
  }
  return {
    table: contestTable(rows),
    isGood: areKept(rows),
    // The design names no other library.
    figures: rows.slice(0, tokens.length).map((row) => contestFigure(row, `verify: ${row.name}`, [`${rounds} rounds`])),
  };
};

const us = (microseconds: number): string => `${microseconds.toFixed(0)} µs`;
