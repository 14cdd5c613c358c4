import { readFile } from 'node:fs/promises';
import { configFile } from './config-file.ts';

/** Of the profile `default`, if it has one. */
export const defaultRegion = async (env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const text = await readFile(configFile(env), 'utf8').catch(() => '');
  const [, section = ''] = /^\[(?:profile )?default\]([^[]*)/m.exec(text) ?? [];
  return /^\s*region\s*=\s*([a-z0-9-]{1,32})\s*$/m.exec(section)?.[1];
};
