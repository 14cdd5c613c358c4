import type { Instant } from './principal.ts';
import { isBefore } from './time.ts';
import { type WallMs, instantAtWall, wallClockAt } from './wall-clock.ts';

/** People who take turns, each for whole days, beginning when the clocks of a time zone show `start`. */
export interface Rota {
  /** E-mail addresses, in the order of their turns. */
  readonly people: readonly string[];
  /** When the first turn began, as clocks there showed it: `2026-01-05T09:00`. */
  readonly start: string;
  readonly turnDays: number;
  readonly timezone: string;
}

const DAY_MS = 86_400_000;

/**
 * Whose turn it is; nobody's before the first. Turns change when clocks show the same time of day, so that one may last an hour less or
 * more; of an hour that clocks show twice it is the first that counts, and no turn comes back.
 */
export const onRota = ({ people, start, turnDays, timezone }: Rota, now: Instant): string | undefined => {
  const first: WallMs = Date.parse(`${start}:00.000Z`);
  const turnMs = turnDays * DAY_MS;
  const hasBegun = (turn: number): boolean => !isBefore(now, instantAtWall(first + turn * turnMs, timezone));
  // By the wall it is right but for the hour around a change.
  const guess = Math.floor((wallClockAt(now, timezone) - first) / turnMs);
  const turn = [guess + 1, guess, guess - 1].find((each) => each >= 0 && hasBegun(each));
  return turn === undefined ? undefined : people[turn % people.length];
};
