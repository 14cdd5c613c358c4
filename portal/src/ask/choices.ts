const CHOICES = [900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600];

/** The durations that fit, in seconds, and the longest there is. */
export const choicesUpTo = (maxSeconds: number): readonly number[] => [
  ...CHOICES.filter((seconds) => seconds < maxSeconds),
  maxSeconds,
];

/** What is chosen before anybody chooses: an hour, or less where there is less. */
export const usualSeconds = (maxSeconds: number): number => Math.min(3600, maxSeconds);
