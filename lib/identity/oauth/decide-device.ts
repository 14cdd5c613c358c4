import { type Refusal, HatcheckError } from '../../domain/errors.ts';
import { isBefore } from '../../domain/time.ts';
import type { Session } from '../ports.ts';
import { hashSecret } from '../sessions.ts';
import type { DeviceAuthorization } from './ports.ts';
import { openFamily } from './family.ts';
import type { DeviceParts } from './grant-parts.ts';
import { readUserCode } from './user-code.ts';

/** RFC 8628, 5.1: with these, all guesses of ten minutes together find one of a hundred living codes once in 400,000 tries. */
const GUESSES = { mine: { most: 10, seconds: 600 }, everybodys: { most: 600, seconds: 600 } };

/** With the code that was typed, as it was made. */
type WaitingDevice = DeviceAuthorization & { readonly userCode: string };

/**
 * The machine that waits for this code, whatever was typed around its letters. Each look counts as a guess, whether it finds one or not,
 * and is counted before it is looked for.
 * @returns undefined when none waits: there is none, it is over, or somebody decided already
 * @throws HatcheckError `limit_reached`, `ledger_unavailable`
 */
export const waitingDevice = async (
  parts: DeviceParts,
  { principal }: Pick<Session, 'principal'>,
  typed: string,
): Promise<WaitingDevice | undefined> => {
  const { devices, limits, clock } = parts;
  if (!(await limits.take(`device#${principal.handle}`, GUESSES.mine))) throw tooManyGuesses('this person');
  if (!(await limits.take('device', GUESSES.everybodys))) throw tooManyGuesses('everybody');
  const userCode = readUserCode(typed);
  if (userCode === undefined) return undefined;
  const found = await devices.find(hashSecret(userCode));
  if (!found || !isBefore(clock.now(), found.expiresAt)) return undefined;
  return (await devices.decision(found.deviceHash)) ? undefined : { ...found, userCode };
};

const tooManyGuesses = (whose: string): HatcheckError => {
  const refusal: Refusal = { code: 'limit_reached', reason: `user codes typed by ${whose}`, retryAfterSeconds: 600 };
  return new HatcheckError(refusal);
};

/**
 * Signs the machine in as the person in this browser, when it next asks. What it gets says how it came about, so that an entitlement may
 * forbid it.
 * @returns false when somebody decided already
 * @throws HatcheckError `ledger_unavailable`
 */
export const allowDevice = async (
  parts: DeviceParts,
  { deviceHash, expiresAt }: DeviceAuthorization,
  session: Pick<Session, 'principal' | 'providerSession' | 'expiresAt'>,
): Promise<boolean> => {
  const principal = { ...session.principal, byDevice: true } as const;
  const family = await openFamily(parts, { ...session, principal }, expiresAt);
  const { handle } = principal;
  const { expiresAt: familyEndsAt } = session;
  const isFirst = await parts.devices.decide(
    { deviceHash, outcome: 'allowed', handle, family, familyEndsAt },
    familyEndsAt,
  );
  if (!isFirst) await parts.families.remove(handle, family);
  return isFirst;
};

/** Tells the machine no, when it next asks. @returns false when somebody decided already @throws HatcheckError `ledger_unavailable` */
export const denyDevice = (
  { devices }: Pick<DeviceParts, 'devices'>,
  { deviceHash, expiresAt }: DeviceAuthorization,
): Promise<boolean> => devices.decide({ deviceHash, outcome: 'denied' }, expiresAt);
