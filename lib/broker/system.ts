import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
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
