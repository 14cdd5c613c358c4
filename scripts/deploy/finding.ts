/** Something that is not as it should be for a deployment. */
export interface Finding {
  /** `stops`: the deployment would fail, or what it makes would not work. */
  readonly weight: 'stops' | 'warns';
  /** What it is about, in a word or by the place in a file. */
  readonly about: string;
  readonly what: string;
  /** What to do about it: a sentence or a command. */
  readonly next: string;
}

export const stops = (about: string, what: string, next: string): Finding => ({ weight: 'stops', about, what, next });

export const warns = (about: string, what: string, next: string): Finding => ({ weight: 'warns', about, what, next });

export const isStop = ({ weight }: Finding): boolean => weight === 'stops';

/** What stops first; each with what to do next on a line of its own. */
export const findingLines = (findings: readonly Finding[]): readonly string[] =>
  [...findings.filter(isStop), ...findings.filter((one) => !isStop(one))].flatMap(({ weight, about, what, next }) => [
    `${weight.padEnd(5)}  ${about}: ${what}`,
    `       next: ${next}`,
  ]);
