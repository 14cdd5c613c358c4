/** A row of the table by which the design is measured. */
export interface Figure {
  readonly what: string;
  /** At which size, and in which units beside the ratio. */
  readonly how: string;
  readonly unit: ' ×' | ' MB' | ' %' | '';
  readonly measured: number;
  /** Between which values nine in ten were, where it was measured more than once. */
  readonly spread?: readonly [number, number];
  readonly bound: number;
  /** Whether more is better. */
  readonly isFloor?: true;
  /** How many places say anything. */
  readonly digits: number;
}

export const isMet = ({ measured, bound, isFloor }: Figure): boolean =>
  isFloor === true ? measured >= bound : measured <= bound;

/** `met`, or by how much not. */
export const verdictOn = (figure: Figure): string => {
  if (isMet(figure)) return 'met';
  const off = Math.abs(figure.measured - figure.bound);
  const least = 10 ** -figure.digits;
  return `not met, by ${off < least ? 'less than ' : ''}${shown(figure, Math.max(off, least))}`;
};

const shown = ({ unit, digits }: Figure, value: number): string => `${value.toFixed(digits)}${unit}`;

const limit = (figure: Figure): string =>
  figure.bound === 0 ? '0' : `${figure.isFloor === true ? '≥' : '≤'} ${shown(figure, figure.bound)}`;

/** The heading first. */
export const tableOf = (figures: readonly Figure[]): readonly (readonly string[])[] => [
  ['what', 'measured', 'nine in ten', 'to reach', '', 'how'],
  ...figures.map((figure) => [
    figure.what,
    shown(figure, figure.measured),
    figure.spread?.map((value) => value.toFixed(figure.digits)).join(' to ') ?? '',
    limit(figure),
    verdictOn(figure),
    figure.how,
  ]),
];
