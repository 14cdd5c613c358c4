import * as z from 'zod';
import { DAYS } from '../domain/hours.ts';
import { distinct, fault, timezone } from './access-words.ts';

const time = (pattern: RegExp) => z.string().regex(pattern, { error: 'must be a time such as "08:00", in quotes' });

/** When an entitlement may be used. */
export const hours = z
  .strictObject({
    timezone,
    days: distinct(z.enum(DAYS), DAYS.length),
    from: time(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
    to: time(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/),
  })
  .check(({ value, issues }) => {
    if (value.from === value.to)
      issues.push({
        ...fault('same_time', 'must differ from from; a whole day is 00:00 to 24:00'),
        input: value,
        path: ['to'],
      });
  });
