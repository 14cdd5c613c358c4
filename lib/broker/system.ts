import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import { type Logger, createLogger } from '../logger.ts';
import type { Chance, Clock } from './ports.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  pause: async (ms) => {
    await pause(ms);
  },
};

/** The machine's own chance; secrets come from the operating system's generator. */
export const systemChance: Chance = {
  id: () => ulid(),
  token: (bytes) => randomBytes(bytes).toString('base64url'),
  fraction: () => Math.random(),
};

/** What every function has around it; tests hand in their own. */
export interface Surroundings {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
}

export const surroundings = (service: string): Surroundings => ({
  clock: systemClock,
  chance: systemChance,
  logger: createLogger(service),
});
