import { spawn } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompiledAccess } from '../lib/config/access.ts';
import { build } from '../scripts/build.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

export interface Compiled {
  readonly templateFile: string;
  readonly serviceFolder: string;
}

/**
 * Bundles the functions with this access policy and compiles serverless.yml, all within `folder`: what would be deployed, to the letter.
 * Returns the path of the compiled template; the bundles stand in `folder`/dist, what would be uploaded in `folder`/.serverless.
 */
export const compile = async (folder: string, access: CompiledAccess, region = 'eu-west-1'): Promise<Compiled> => {
  await mkdir(folder, { recursive: true });
  await build({ access, outDir: join(folder, 'dist') });
  for (const part of ['serverless.yml', 'serverless'])
    await cp(join(REPOSITORY, part), join(folder, part), { recursive: true });
  await packageService(folder, ['--stage', 'dev', '--region', region]);
  return compiledIn(folder);
};

/** What `compile` left in that folder. */
export const compiledIn = (folder: string): Compiled => ({
  templateFile: join(folder, '.serverless', 'cloudformation-template-update-stack.json'),
  serviceFolder: folder,
});

/** Offline, and without credentials: packaging asks AWS nothing. @throws Error with what serverless said */
export const packageService = async (folder: string, options: readonly string[]): Promise<void> => {
  const manifest = createRequire(import.meta.url).resolve('serverless/package.json');
  const child = spawn(process.execPath, [join(dirname(manifest), 'bin', 'serverless.js'), 'package', ...options], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      SLS_TELEMETRY_DISABLED: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`serverless package ended with ${String(code)}\n${Buffer.concat(said).toString()}`);
};
