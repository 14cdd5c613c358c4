import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const made = new Map<string, unknown[]>();
let taken = new Map<string, number>();
let takenByLoading = new Map<string, number>();

/**
 * Making RSA keys is half of what the tests of SAML cost. From here on a process makes the first, the second, the third of each kind once;
 * within one run of the tests they are as different as ever.
 */
export const keepKeys = (): void => {
  const original = crypto.generateKeyPairSync;
  const make = (how: readonly unknown[]): unknown => Reflect.apply(original, crypto, how);
  const kept = (...how: unknown[]): unknown => {
    const kind = JSON.stringify(how);
    const pairs = made.get(kind) ?? [];
    const index = taken.get(kind) ?? 0;
    made.set(kind, pairs);
    taken.set(kind, index + 1);
    return (pairs[index] ??= make(how));
  };
  Object.assign(crypto, { generateKeyPairSync: kept });
  syncBuiltinESMExports();
};

/** What was made until now belongs to modules that stay. */
export const keepTaken = (): void => {
  takenByLoading = new Map(taken);
};

/** For a run of tests whose modules stay: theirs are not given to anybody else. */
export const fromTheFirstFreeKey = (): void => {
  taken = new Map(takenByLoading);
};

/** For a run of tests whose modules are new. */
export const fromTheFirstKey = (): void => {
  taken = new Map();
};
