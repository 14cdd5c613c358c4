import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

const named = (own: string | undefined, name: string): string =>
  own !== undefined && own !== '' ? own : join(homedir(), '.aws', name);

/** Where the AWS CLI and the SDKs read profiles. */
export const configFile = (env: Env): string => named(env['AWS_CONFIG_FILE'], 'config');

/** Where they read keys, which come before what the configuration says of the same profile. */
export const credentialsFile = (env: Env): string => named(env['AWS_SHARED_CREDENTIALS_FILE'], 'credentials');
