import { member, text } from './json.ts';
import { privateFiles } from './private-files.ts';

/** What is no secret and is remembered all the same. */
export interface Settings {
  /** Where somebody signed in by `--server` last. */
  readonly server?: string;
  /** That there is no keyring was said. */
  readonly saidUnsealed?: boolean;
}

const NAME = 'settings';

export const readSettings = async (folder: string): Promise<Settings> => {
  const stored = await privateFiles(folder).read(NAME);
  const server = text(stored, 'server');
  return {
    ...(server === undefined ? {} : { server }),
    ...(member(stored, 'saidUnsealed') === true ? { saidUnsealed: true } : {}),
  };
};

export const changeSettings = async (folder: string, changed: Settings): Promise<void> => {
  await privateFiles(folder).write(NAME, { ...(await readSettings(folder)), ...changed });
};
