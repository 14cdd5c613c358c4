import { Option } from 'commander';
import { configFolder } from './config-folder.ts';
import { systemKeyring } from './keyring.ts';
import { privateFiles } from './private-files.ts';
import { type SecretFiles, secretFiles } from './secret-files.ts';
import { serverOrigin } from './server.ts';
import { readSettings } from './settings.ts';
import type { Place } from './sign-in.ts';

/** As `npm start` has it. */
const LAPTOP = 'http://127.0.0.1:3000';

/** What every command that asks the server takes. */
export interface OnServer {
  readonly server?: string;
}

export const serverOption = (): Option =>
  new Option('--server <url>', 'the address of Hatcheck; the one signed in at last unless said otherwise').env(
    'HATCHECK_SERVER',
  );

/** Where the command works: which server, and what is kept of it here. @throws Failure 2 for an address that may not be trusted with tokens */
export const placeOf = async ({ server }: OnServer): Promise<Place & { readonly files: SecretFiles }> => {
  const folder = configFolder(process.env);
  return {
    server: serverOrigin(server ?? (await readSettings(folder)).server ?? LAPTOP),
    files: secretFiles(privateFiles(folder), () => systemKeyring(folder, process.env)),
    now: () => new Date(),
  };
};
