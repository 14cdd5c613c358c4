import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Compiled, compile, compiledIn } from '../../local/compile.ts';
import type { CompiledAccess } from '../../lib/config/access.ts';

/**
 * As `compile`, and once for all who come with the same access policy and region in one run of the tests (`make-builds-folder.mjs`): what is made is only read.
 */
export const compileOnce = async (folder: string, access: CompiledAccess, region?: string): Promise<Compiled> => {
  const builds = process.env['HATCHECK_TEST_BUILDS'];
  if (builds === undefined) return compile(folder, access, region);
  const shared = join(
    builds,
    createHash('sha256')
      .update(JSON.stringify([access, region]))
      .digest('hex')
      .slice(0, 16),
  );
  if (existsSync(shared)) return compiledIn(shared);
  const own = await mkdtemp(`${shared}-`);
  await compile(own, access, region);
  try {
    await rename(own, shared);
  } catch (error) {
    // Somebody else's is there by now.
    if (!existsSync(shared)) throw error;
    await rm(own, { recursive: true });
  }
  return compiledIn(shared);
};
