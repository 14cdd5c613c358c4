import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAYS, type Hours, inWords, windowFrom, withinHours } from '../../../lib/domain/hours.ts';

const EVERY_DAY = [...DAYS];
const WORK_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const berlin = (overrides: Partial<Hours> = {}): Hours => ({
  timezone: 'Europe/Berlin',
  days: WORK_DAYS,
  from: '08:00',
  to: '20:00',
  ...overrides,
});

const seconds = (instant: string, plus: number): string => new Date(Date.parse(instant) + plus * 1000).toISOString();
const isOpen = (hours: Hours, at: string): boolean => withinHours(hours, at) === undefined;

/** Closed a second before the first instant, open at it; open a second before the last, closed at it. */
const expectWindow = (hours: Hours, startsAt: string, endsAt: string): void => {
  expect(windowFrom(hours, startsAt)).toEqual({ startsAt, endsAt });
  expect(
    [seconds(startsAt, -1), startsAt, seconds(startsAt, 1), seconds(endsAt, -1), endsAt, seconds(endsAt, 1)].map((at) =>
      isOpen(hours, at),
    ),
  ).toEqual([false, true, true, true, false, false]);
};

describe('a second before and after each boundary', () => {
  test('of a working day in winter time', () => {
    expectWindow(berlin(), '2026-03-02T07:00:00.000Z', '2026-03-02T19:00:00.000Z');
  });

  test('of a working day in summer time', () => {
    expectWindow(berlin(), '2026-06-01T06:00:00.000Z', '2026-06-01T18:00:00.000Z');
  });

  test('of a night that crosses midnight: it belongs to the day on which it begins', () => {
    const night = berlin({ days: ['fri'], from: '22:00', to: '06:00' });
    expectWindow(night, '2026-03-06T21:00:00.000Z', '2026-03-07T05:00:00.000Z');
    expect(isOpen(night, '2026-03-06T04:00:00.000Z')).toBe(false);
  });

  test('of a day that ends when it began: the next day at that time', () => {
    const day = berlin({ days: ['mon'], from: '08:00', to: '08:00' });
    expectWindow(day, '2026-03-02T07:00:00.000Z', '2026-03-03T07:00:00.000Z');
  });

  test('of the 29th of February', () => {
    expectWindow(berlin({ days: EVERY_DAY }), '2028-02-29T07:00:00.000Z', '2028-02-29T19:00:00.000Z');
    expectWindow(
      berlin({ days: ['mon'], from: '20:00', to: '08:00' }),
      '2028-02-28T19:00:00.000Z',
      '2028-02-29T07:00:00.000Z',
    );
    expectWindow(
      berlin({ days: ['tue'], from: '20:00', to: '08:00' }),
      '2028-02-29T19:00:00.000Z',
      '2028-03-01T07:00:00.000Z',
    );
  });

  test('of the night in which a year ends', () => {
    const newYear = berlin({ days: ['thu'], from: '23:30', to: '00:30' });
    expectWindow(newYear, '2026-12-31T22:30:00.000Z', '2026-12-31T23:30:00.000Z');
  });

  test('of whole days: midnight to midnight', () => {
    expectWindow(
      berlin({ days: ['sat', 'sun'], from: '00:00', to: '24:00' }),
      '2026-03-06T23:00:00.000Z',
      '2026-03-08T23:00:00.000Z',
    );
  });
});

describe('the change to summer time', () => {
  test('a night with it is an hour shorter', () => {
    const night = berlin({ days: ['sat'], from: '22:00', to: '06:00' });
    expectWindow(night, '2026-03-28T21:00:00.000Z', '2026-03-29T04:00:00.000Z');
  });

  test('a time that is leapt over comes as long after the leap, for the beginning and for the end', () => {
    expectWindow(
      berlin({ days: ['sun'], from: '02:30', to: '05:00' }),
      '2026-03-29T01:30:00.000Z',
      '2026-03-29T03:00:00.000Z',
    );
    expectWindow(
      berlin({ days: ['sun'], from: '01:00', to: '02:30' }),
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T01:30:00.000Z',
    );
  });

  test('a window that would begin after its end for the leap is none that day', () => {
    const gone = berlin({ days: ['sun'], from: '02:30', to: '03:15' });
    expect(windowFrom(gone, '2026-03-28T12:00:00.000Z')?.startsAt).toBe('2026-04-05T00:30:00.000Z');
    expect(isOpen(gone, '2026-03-29T01:14:59.000Z')).toBe(false);
  });

  test('a window that would begin at its end for the leap is none that day', () => {
    const gone = berlin({ days: ['sun'], from: '02:30', to: '03:30' });
    expect(windowFrom(gone, '2026-03-28T12:00:00.000Z')?.startsAt).toBe('2026-04-05T00:30:00.000Z');
  });

  test('where no other window is near there is none to name', () => {
    const gone = berlin({ days: ['sun'], from: '02:30', to: '03:15' });
    expect(windowFrom(gone, '2026-03-22T23:30:00.000Z')).toBeUndefined();
    const refusal = withinHours(gone, '2026-03-22T23:30:00.000Z');
    expect(refusal?.code).toBe('outside_hours');
    expect(refusal).not.toHaveProperty('retryAfterSeconds');
  });
});

describe('the change to winter time', () => {
  test('a night with it is an hour longer', () => {
    const night = berlin({ days: ['sat'], from: '22:00', to: '06:00' });
    expectWindow(night, '2026-10-24T20:00:00.000Z', '2026-10-25T05:00:00.000Z');
  });

  test('of an hour that comes twice the first counts, for the beginning and for the end', () => {
    expectWindow(
      berlin({ days: ['sun'], from: '02:30', to: '05:00' }),
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T04:00:00.000Z',
    );
    expectWindow(
      berlin({ days: ['sun'], from: '01:00', to: '02:30' }),
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
    );
  });

  test('on the other side of the world comes in April', () => {
    expectWindow(
      berlin({ timezone: 'Australia/Lord_Howe', days: ['sun'], from: '01:00', to: '02:00' }),
      '2026-04-04T14:00:00.000Z',
      '2026-04-04T15:30:00.000Z',
    );
  });
});

describe('outside the hours', () => {
  test('it is said when they begin again, over a weekend too', () => {
    expect(withinHours(berlin(), '2026-03-06T19:00:00.000Z')).toMatchObject({
      code: 'outside_hours',
      retryAfterSeconds: 60 * 3600,
    });
    expect(withinHours(berlin(), '2026-03-09T06:59:59.001Z')).toMatchObject({ retryAfterSeconds: 1 });
  });

  test('a start that was chosen is judged, not now, and waiting does not help it', () => {
    const [open, closed] = ['2026-03-02T12:00:00.000Z', '2026-03-07T12:00:00.000Z'];
    expect(withinHours(berlin(), closed, open)).toBeUndefined();
    expect(withinHours(berlin(), open, closed)).toMatchObject({ code: 'outside_hours' });
    expect(withinHours(berlin(), open, closed)).not.toHaveProperty('retryAfterSeconds');
  });

  test('without hours there is no outside', () => {
    expect(withinHours(undefined, '2026-03-07T12:00:00.000Z')).toBeUndefined();
  });

  test('before the epoch is a day like any other', () => {
    expectWindow(berlin({ timezone: 'UTC', days: ['wed'] }), '1969-12-31T08:00:00.000Z', '1969-12-31T20:00:00.000Z');
  });

  test('they are told in the words of access.yml', () => {
    expect(inWords(berlin({ days: ['mon', 'tue'] }))).toBe('mon, tue, 08:00 to 20:00, Europe/Berlin');
  });
});

describe('law: what the wall clocks show decides', () => {
  const wallClock = (timezone: string, at: string): { day: string; time: string } => {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      ...{ weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    }).formatToParts(Date.parse(at));
    const of = (wanted: string): string => parts.find(({ type }) => type === wanted)?.value ?? '';
    return { day: of('weekday').toLowerCase(), time: `${of('hour')}:${of('minute')}` };
  };

  test('wherever, whenever, except in an hour that comes twice', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC');
    const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2029, 0, 1) });
    const hourOf = fc.integer({ min: 4, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:00`);
    fc.assert(
      fc.property(
        zones,
        instants,
        fc.subarray(EVERY_DAY, { minLength: 1 }),
        hourOf,
        hourOf,
        (timezone, ms, days, a, b) => {
          fc.pre(a !== b);
          const [from, to] = a < b ? [a, b] : [b, a];
          const at = new Date(ms).toISOString();
          const { day, time } = wallClock(timezone, at);
          const shown = days.some((each) => each === day) && time >= from && time < to;
          expect(isOpen({ timezone, days, from, to }, at)).toBe(shown);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a window is open from its first instant to its last, and the next one lies behind it', () => {
    const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2029, 0, 1) });
    fc.assert(
      fc.property(instants, fc.nat({ max: 23 }), fc.nat({ max: 23 }), (ms, a, b) => {
        fc.pre(a !== b);
        const two = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
        const hours = berlin({ from: two(a), to: two(b) });
        const at = new Date(ms).toISOString();
        const { startsAt, endsAt } = windowFrom(hours, at)!;
        expect(isOpen(hours, at)).toBe(Date.parse(startsAt) <= ms);
        expect([isOpen(hours, startsAt), isOpen(hours, endsAt)]).toEqual([true, false]);
        expect(Date.parse(windowFrom(hours, endsAt)!.startsAt)).toBeGreaterThan(Date.parse(endsAt));
      }),
      { numRuns: 300 },
    );
  });
});

test('what is far from the instant is not looked at: three days of a working week', () => {
  const original = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'formatToParts')!;
  const look: unknown = original.value;
  if (typeof look !== 'function') throw new TypeError('a method');
  let looks = 0;
  const counted = (hours: Hours): number => {
    looks = 0;
    windowFrom(hours, '2026-03-04T12:00:00.000Z');
    return looks;
  };
  Object.assign(Intl.DateTimeFormat.prototype, {
    formatToParts(this: Intl.DateTimeFormat, at: Date): unknown {
      looks += 1;
      return Reflect.apply(look, this, [at]);
    },
  });
  try {
    const one = counted(berlin({ days: ['wed'] }));
    expect(one).toBeGreaterThan(0);
    expect(counted(berlin())).toBeLessThanOrEqual(3 * one);
  } finally {
    Object.defineProperty(Intl.DateTimeFormat.prototype, 'formatToParts', original);
  }
});
