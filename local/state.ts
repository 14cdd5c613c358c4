import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type OidcKey, generateOidcKeys } from './idp/keys.ts';

/** What has to be the same after a restart, so that sessions, credentials and handles stay good. Made on the machine, for it alone. */
export interface LocalState {
  readonly pepper: string;
  readonly oidcClientSecret: string;
  readonly oidcKeys: readonly OidcKey[];
  /** base64url, of the local AWS's session tokens. */
  readonly awsSigningKey: string;
}

const stateSchema = z.object({
  pepper: z.string().min(32),
  oidcClientSecret: z.string().min(32),
  oidcKeys: z.array(z.looseObject({ kid: z.string(), alg: z.enum(['RS256', 'ES256']), kty: z.string() })),
  awsSigningKey: z.string().min(32),
});

/** The state in `folder`, made new where there is none. Readable by its owner only. */
export const openState = async (folder: string, { fresh = false } = {}): Promise<LocalState> => {
  if (fresh) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'state.json');
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== undefined) return stateSchema.parse(JSON.parse(before));
  const state: LocalState = {
    pepper: secret(),
    oidcClientSecret: secret(),
    oidcKeys: await generateOidcKeys(),
    awsSigningKey: secret(),
  };
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return state;
};

const secret = (): string => randomBytes(32).toString('base64url');
