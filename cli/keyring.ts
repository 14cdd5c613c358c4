import { createRequire } from 'node:module';
import { nameOf } from './config-folder.ts';

/** The system's keyring: one secret in it is ours. Each rejects where it is locked, or not there. */
export interface Keyring {
  read(): Promise<string | undefined>;
  write(secret: string): Promise<void>;
  remove(): Promise<void>;
}

/** What we use of the optional package. */
interface Entry {
  getPassword(): Promise<string | null | undefined>;
  setPassword(secret: string): Promise<void>;
  deletePassword(): Promise<boolean>;
}
type NewEntry = new (service: string, account: string, options: object) => Entry;

/** As long as a person may take to unlock it when the system asks them to. */
const PATIENCE_MS = 60_000;

/** The kernel's keyring forgets when one logs out, and is never asked for a password. */
const OPTIONS = { linux: { store: 'secret-service' } };

/**
 * The keyring's entry for what is kept in this folder. Undefined where `HATCHECK_KEYRING` is `off`, or the package has no part for this
 * platform; whether there is a keyring is seen when it is asked.
 */
export const systemKeyring = (folder: string, env: NodeJS.ProcessEnv): Keyring | undefined => {
  if (env['HATCHECK_KEYRING'] === 'off') return undefined;
  const AsyncEntry = loaded();
  if (!AsyncEntry) return undefined;
  const asked = <T>(ask: (entry: Entry) => Promise<T>): Promise<T> =>
    inTime(async () => ask(new AsyncEntry('hatcheck', nameOf(folder), OPTIONS)));
  return {
    read: () => asked(async (entry) => (await entry.getPassword()) ?? undefined),
    write: (secret) => asked((entry) => entry.setPassword(secret)),
    remove: () =>
      asked(async (entry) => {
        await entry.deletePassword();
      }),
  };
};

const loaded = (): NewEntry | undefined => {
  try {
    const found = createRequire(import.meta.url)('@napi-rs/keyring') as { readonly AsyncEntry?: NewEntry };
    return found.AsyncEntry;
  } catch {
    // Not installed, or not for this platform.
    return undefined;
  }
};

const inTime = async <T>(work: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the keyring does not answer'));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
};
