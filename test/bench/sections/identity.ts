import { type Comparison, compare } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { idTokens } from '../id-tokens.ts';
import { times } from '../markdown.ts';
import { samlResponses } from '../saml-responses.ts';
import type { NamedContest, Section } from '../section.ts';

const HEADING = ['what', 'ours', 'the other', 'median ratio', 'nine in ten', 'bound'];

/** What verifying an assertion costs, against what cannot be done without, or against another library. */
export const identity: Section = async ({ rounds, roundMs }) => {
  const tokens = await idTokens();
  const measured: (NamedContest & Comparison)[] = [];
  for (const contest of [...tokens, ...(await samlResponses())])
    measured.push({ ...contest, ...(await compare(contest, { rounds, roundMs })) });
  return {
    table: [HEADING, ...measured.map(rowOf)],
    isGood: measured.every(({ ratio, bound }) => ratio <= bound),
    // The design names no other library.
    figures: measured.slice(0, tokens.length).map((each) => figureOf(each, rounds)),
  };
};

const rowOf = ({
  name,
  candidateUs,
  baselineUs,
  ratio,
  spread,
  bound,
}: NamedContest & Comparison): readonly string[] => [
  ...[name, us(candidateUs), us(baselineUs)],
  ...[times(ratio), spread.map(times).join(' to '), times(bound)],
];

const figureOf = (
  { name, candidateUs, baselineUs, ratio, spread, bound }: NamedContest & Comparison,
  rounds: number,
): Figure => ({
  ...{ what: `verify: ${name}`, how: `${us(candidateUs)} and ${us(baselineUs)}; ${rounds} rounds` },
  ...{ unit: ' ×', digits: 2, measured: ratio, spread, bound },
});

const us = (microseconds: number): string => `${microseconds.toFixed(0)} µs`;
