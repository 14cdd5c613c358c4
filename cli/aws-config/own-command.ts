import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * What starts this command again from a profile: its name where that is found on the PATH, else where Node and it itself are, behind whatever links. A name
 * survives an update.
 */
export const ownCommand = (env: NodeJS.ProcessEnv, execPath: string, script: string): string => {
  const own = resolved(script);
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !NPMS.test(folder))
    .some((folder) => own !== undefined && resolved(join(folder, 'hatcheck')) === own);
  return onPath ? 'hatcheck' : [execPath, own ?? script].map(quoted).join(' ');
};

/** Put before the PATH by npx and `npm run`, and not there in anybody's shell. */
const NPMS = /[/\\]node_modules[/\\]\.bin[/\\]?$/;

const resolved = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** As the AWS CLI and the SDKs split it: double quotes around what has a space. */
const quoted = (word: string): string => (/\s/.test(word) ? `"${word}"` : word);
