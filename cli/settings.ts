import { text } from './json.ts';
import { privateFiles } from './private-files.ts';

/** What is no secret and is remembered all the same. */
export interface Settings {
  /** Where somebody signed in by `--server` last. */
  readonly server?: string;
}

const NAME = 'settings';

export const readSettings = async (folder: string): Promise<Settings> => {
  const server = text(await privateFiles(folder).read(NAME), 'server');
  return server === undefined ? {} : { server };
};

export const changeSettings = async (folder: string, changed: Settings): Promise<void> => {
  await privateFiles(folder).write(NAME, { ...(await readSettings(folder)), ...changed });
};
