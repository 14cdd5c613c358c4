import * as z from 'zod';

/** The small parts of access.yml: names, durations, lists. */

export const idText = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
  error: 'must be small letters, digits and hyphens, at most 63, no hyphen first',
});

/** Well-formed Unicode on one line, 1 to `max` characters. */
export const lineOf = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
      error: 'must be one line of plain text',
      params: { code: 'invalid_text' },
    });

export const fault = (code: string, message: string) => ({ code: 'custom' as const, message, params: { code } });

/**
 * A zone of the IANA time zone database by its own name. No offset and no abbreviation: those stand still while the clocks of a place are
 * put forward and back.
 */
export const timezone = lineOf(64).refine((name) => name === 'UTC' || (name.includes('/') && isZone(name)), {
  error: 'must be a time zone such as Europe/Berlin, or UTC',
  params: { code: 'unknown_timezone' },
});

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const DURATION = /^([1-9]\d{0,6})([smhd])$/;

/** `90s`, `30m`, `1h`, `1d` as whole seconds, from `min` to `max`, both given the same way. */
export const duration = (min: string, max: string) =>
  z.unknown().transform((value, context) => {
    const seconds = typeof value === 'string' ? secondsOf(value) : undefined;
    if (seconds === undefined) {
      context.addIssue(fault('invalid_duration', 'must be a duration such as 90s, 30m or 1h'));
      return z.NEVER;
    }
    if (seconds < (secondsOf(min) ?? 0) || seconds > (secondsOf(max) ?? 0))
      context.addIssue(fault('out_of_range', `must be between ${min} and ${max}`));
    return seconds;
  });

const secondsOf = (text: string): number | undefined => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return isUnit(unit) ? Number(count) * SECONDS[unit] : undefined;
};

const isUnit = (unit: string | undefined): unit is keyof typeof SECONDS => unit !== undefined && unit in SECONDS;

/** A list in which nothing stands twice. */
export const distinct = <T extends z.ZodType>(item: T, max: number) =>
  z
    .array(item)
    .min(1)
    .max(max)
    .check(({ value, issues }) => {
      value.forEach((each, index) => {
        if (value.indexOf(each) < index)
          issues.push({ ...fault('duplicate', 'is in the list already'), input: each, path: [index] });
      });
    });
