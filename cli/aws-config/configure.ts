import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readEntitlements } from '../entitlements.ts';
import { Failure, isErrno } from '../failure.ts';
import { whileLocked } from '../lock.ts';
import { type OnServer, placeOf } from '../place.ts';
import { counted, say, sayJson } from '../print.ts';
import type { Place } from '../sign-in.ts';
import { type Profile, profileNames, withProfiles } from './block.ts';
import { configFile, credentialsFile } from './config-file.ts';
import { editFile } from './edit-file.ts';
import { ownCommand } from './own-command.ts';

export interface ConfigureOptions extends OnServer {
  readonly json?: boolean;
  readonly prefix: string;
  readonly region?: string;
  readonly remove?: boolean;
}

/**
 * Writes a profile an entitlement into the AWS configuration, or takes ours away.
 * @throws Failure 2 where a profile of somebody else has the name, and nothing is written
 */
export const configure = async (ids: readonly string[], options: ConfigureOptions): Promise<void> => {
  const place = await placeOf(options);
  const profiles = options.remove ? [] : await profilesFor(place, ids, options);
  const file = configFile(process.env);
  await checkKeys(profiles);
  // Beside the file, since two of us need not keep their own things in the same place.
  const isChanged = await whileLocked(dirname(file), 'hatcheck', () =>
    editFile(file, (text) => withProfiles(text, place.server, profiles)),
  );
  if (options.json) sayJson({ file, changed: isChanged, profiles: profiles.map(({ name }) => name) });
  else tell(file, profiles, isChanged);
};

const profilesFor = async (
  { server, ...place }: Place,
  ids: readonly string[],
  { prefix, region }: ConfigureOptions,
): Promise<readonly Profile[]> => {
  if (!/^[A-Za-z0-9_.-]{0,64}$/.test(prefix)) throw new Failure(2, '--prefix must be letters, digits, dots, - and _');
  if (region !== undefined && !/^[a-z0-9-]{1,32}$/.test(region)) throw new Failure(2, '--region must be a region');
  const own = (await readEntitlements({ server, ...place })).map(({ id }) => id);
  const stranger = ids.find((id) => !own.includes(id));
  if (stranger !== undefined)
    throw new Failure(1, `you may not ask for ${stranger}`, {
      code: 'not_eligible',
      next: `you may: ${own.join(', ')}`,
    });
  const command = ownCommand(process.env, process.execPath, process.argv[1] ?? '');
  return (ids.length > 0 ? ids : own).map((id) => ({
    name: `${prefix}${id}`,
    credentialProcess: `${command} credentials ${id} --server ${server} --format process`,
    ...(region === undefined ? {} : { region }),
  }));
};

/** Keys of the same name would come first, and nobody would notice. */
const checkKeys = async (profiles: readonly Profile[]): Promise<void> => {
  const file = credentialsFile(process.env);
  const text = await readFile(file, 'latin1').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  });
  const taken = profiles.find(({ name }) => profileNames(text).has(name));
  if (taken)
    throw new Failure(2, `${file} has keys for ${taken.name}, which would come first`, {
      ...{ code: 'profile_taken', next: 'take them away, or give ours another name by --prefix' },
    });
};

const tell = (file: string, profiles: readonly Profile[], isChanged: boolean): void => {
  for (const { name } of profiles) say(`aws --profile ${name} …`);
  say(`${file}: ${isChanged ? counted(profiles.length, 'profile') : 'as it was'}`);
};
