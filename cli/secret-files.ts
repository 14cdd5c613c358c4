import { Failure, oneLine } from './failure.ts';
import type { Keyring } from './keyring.ts';
import type { PrivateFiles } from './private-files.ts';
import { isSealed, newKey, seal, unseal } from './sealing.ts';

/** Files of 0600 whose content is sealed under a key that only the system's keyring has; where there is none, they are all there is. */
export interface SecretFiles extends PrivateFiles {
  /** Why what was written was not sealed; undefined where it was. */
  unsealedBecause(): string | undefined;
  /** Takes our key out of the keyring: what it sealed is lost. */
  forgetKey(): Promise<void>;
}

const LOCK = 'keyring';

/** @param keyring opened when it is first needed: that takes a while */
export const secretFiles = (files: PrivateFiles, keyring: () => Keyring | undefined): SecretFiles => {
  let opened: Keyring | 'none' | undefined;
  let key: string | undefined;
  let because: string | undefined;
  const theKeyring = (): Keyring | undefined => {
    opened ??= keyring() ?? 'none';
    return opened === 'none' ? undefined : opened;
  };
  const readKey = async (): Promise<string | undefined> => (key ??= await theKeyring()?.read());
  const makeKey = (ring: Keyring): Promise<string | undefined> =>
    files.whileLocked(LOCK, async () => {
      if ((await readKey()) === undefined) await ring.write(newKey());
      // As it has kept it, if it has.
      return readKey();
    });
  const keyForWriting = async (): Promise<string | undefined> => {
    const ring = theKeyring();
    if (!ring) because = 'there is no keyring here that hatcheck knows';
    try {
      return ring && ((await readKey()) ?? (await makeKey(ring)));
    } catch (error) {
      if (error instanceof Failure) throw error;
      because = `the system’s keyring refuses (${whyOf(error)})`;
      return undefined;
    }
  };
  return {
    ...files,
    read: async (name) => {
      const stored = await files.read(name);
      if (!isSealed(stored)) return stored;
      const found = await readKey().catch((error: unknown) => {
        throw refused(error);
      });
      return found === undefined ? undefined : unseal(found, name, stored);
    },
    write: async (name, value) => {
      const found = await keyForWriting();
      await files.write(name, found === undefined ? value : seal(found, name, value));
    },
    unsealedBecause: () => because,
    forgetKey: async () => {
      key = undefined;
      // A keyring that refuses keeps a key to nothing.
      await theKeyring()
        ?.remove()
        .catch(() => undefined);
    },
  };
};

const whyOf = (error: unknown): string => (error instanceof Error ? oneLine(error.message) : 'it does not say why');

const refused = (cause: unknown): Failure =>
  new Failure(7, `the sign-in is sealed, and the system’s keyring refuses its key (${whyOf(cause)})`, {
    ...{
      cause,
      code: 'keyring_refused',
      next: 'unlock it and run this again, or do without it: HATCHECK_KEYRING=off hatcheck login',
    },
  });
