import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFolder, credentialsName, signInName } from './config-folder.ts';
import { parseJson, text } from './json.ts';
import { isDue, keptIn } from './kept-credentials.ts';
import { isSealed, unseal } from './sealing.ts';

/**
 * What `hatcheck credentials` prints as long as what is kept lasts: the AWS CLI asks at each of its calls. It takes the words that `hatcheck configure`
 * writes; whatever else there is, and whatever is not in order, is left to the command itself, which says what is wrong.
 */
export const quickCredentials = async (
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  nowMs: number,
): Promise<string | undefined> => {
  const [command, wanted, ...options] = words;
  const server = command === 'credentials' ? serverIn(options) : undefined;
  if (wanted === undefined || wanted.startsWith('-') || server === undefined) return undefined;
  const folder = configFolder(env);
  const handle = text(await read(folder, signInName(server), env), 'handle');
  const kept = handle && keptIn(await read(folder, credentialsName(server, wanted, handle), env));
  return kept && !isDue(kept, nowMs) ? `${JSON.stringify(kept.credentials)}\n` : undefined;
};

/** Undefined unless there is nothing but the server and the format, in this order. */
const serverIn = (options: readonly string[]): string | undefined => {
  const [name, server, format, process, ...more] = options;
  return name === '--server' && format === '--format' && process === 'process' && more.length === 0
    ? server
    : undefined;
};

let key: Promise<string | undefined> | undefined;

const read = async (folder: string, name: string, env: NodeJS.ProcessEnv): Promise<unknown> => {
  const stored = parseJson(contentOf(join(folder, `${name}.json`)));
  if (!isSealed(stored)) return stored;
  const found = await (key ??= keyFor(folder, env));
  return found === undefined ? undefined : unseal(found, name, stored);
};

const keyFor = async (folder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const { systemKeyring } = await import('./keyring.ts');
  return systemKeyring(folder, env)
    ?.read()
    .catch(() => undefined);
};

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
