import type { EntitlementView } from '../api/calls.ts';

const CHOICES = [900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600];

/** The durations that fit, in seconds, and the longest there is. */
export const choicesUpTo = (maxSeconds: number): readonly number[] => [
  ...CHOICES.filter((seconds) => seconds < maxSeconds),
  maxSeconds,
];

/** The longest that it may be asked for, in the ordinary way or by break-glass. */
export const longest = (
  { maxDurationSeconds, breakGlassTerms }: Pick<EntitlementView, 'maxDurationSeconds' | 'breakGlassTerms'>,
  breakGlass: boolean,
): number => (breakGlass ? (breakGlassTerms?.maxDurationSeconds ?? maxDurationSeconds) : maxDurationSeconds);

/** What is chosen before anybody chooses: an hour, or less where there is less. */
export const usualSeconds = (maxSeconds: number): number => Math.min(3600, maxSeconds);
