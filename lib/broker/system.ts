import { randomBytes, randomFillSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import { certain } from '../domain/invariant.ts';
import { type Logger, createLogger } from '../logger.ts';
import { type Meter, createMeter } from '../metrics.ts';
import type { Chance, Clock } from './ports.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  pause: async (ms) => {
    await pause(ms);
  },
};

/** A byte for each of them. The package itself would ask the operating system once a character, which costs more than deciding a request. */
const ULID_RANDOM_CHARACTERS = 16;
const ULIDS_AT_ONCE = 64;

/** Bytes for an id at a time, each given out once; the operating system is asked for those of many. */
const idBytes = (): (() => Uint8Array) => {
  const pool = new Uint8Array(ULID_RANDOM_CHARACTERS * ULIDS_AT_ONCE);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    next += ULID_RANDOM_CHARACTERS;
    return pool.subarray(next - ULID_RANDOM_CHARACTERS, next);
  };
};

/** One fraction in [0, 1) a byte. */
const fractionsOf = (bytes: Uint8Array): (() => number) => {
  const fractions = bytes.values();
  return () => certain(fractions.next().value, 'a ulid takes a byte a character') / 256;
};

const bytesForId = idBytes();

/** The machine's own chance; secrets come from the operating system's generator, each by itself. */
export const systemChance: Chance = {
  id: () => ulid(undefined, fractionsOf(bytesForId())),
  token: (bytes) => randomBytes(bytes).toString('base64url'),
  fraction: () => Math.random(),
};

/** What every function has around it; tests hand in their own. */
export interface Surroundings {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
  /** The function's meter in a stage; absent, nothing is measured. */
  readonly meterIn?: (stage: string) => Meter;
}

export const surroundings = (service: string): Surroundings => ({
  clock: systemClock,
  chance: systemChance,
  logger: createLogger(service),
  meterIn: (stage) => createMeter(service, { stage }),
});
