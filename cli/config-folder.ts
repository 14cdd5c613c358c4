import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `HATCHECK_CONFIG_DIR`, else `hatcheck` in the user's configuration folder (XDG base directories). */
export const configFolder = (env: Readonly<Record<string, string | undefined>>): string => {
  const own = env['HATCHECK_CONFIG_DIR'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_CONFIG_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.config'), 'hatcheck');
};

/** A name for what is kept under `parts`: the parts themselves are not fit for one, and need not be seen. */
export const nameOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

export const signInName = (server: string): string => `sign-in.${nameOf(server)}`;

/** Of what is kept of a server. */
export const credentialsPrefix = (server: string): string => `credentials.${nameOf(server)}.`;

/** @param wanted the id of a request or of an entitlement @param handle whose they are: not the next one's who signs in */
export const credentialsName = (server: string, wanted: string, handle: string): string =>
  `${credentialsPrefix(server)}${nameOf(wanted, handle)}`;
