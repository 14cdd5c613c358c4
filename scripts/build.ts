import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { printed } from '../lib/config/access-fault.ts';
import { loadAccessFile } from '../lib/config/access-file.ts';
import type { CompiledAccess } from '../lib/config/access.ts';
import { lintAccessFile } from '../lib/config/policy/lint.ts';
import { buildCli } from './build-cli.ts';
import { buildPortal } from './build-portal.ts';
import { LAMBDA, credentialsFromEnvironment, filesForLater, unwrappedBuiltins } from './for-lambda.ts';
import { openApiText } from './openapi.ts';
import { templateFacts } from './template-facts.ts';

export interface BuildOptions {
  /** The checked access policy, which every bundle carries. */
  readonly access: CompiledAccess;
  /** Emptied of bundles that are no function's any more. */
  readonly outDir: string;
  /** Default `functions` beside this folder. */
  readonly functionsDir?: string;
}

export interface Bundle {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles every function into `<outDir>/<name>.mjs`, the access policy in it, and what it imports later into a file of its own; writes beside
 * them `meta.json` (what each bundle is made of), and what serverless.yml reads of the policy (`templateFacts`). Returns the bundles by name. Throws esbuild's BuildFailure, and has written nothing then.
 */
export const build = async (options: BuildOptions): Promise<Bundle[]> => {
  const entryPoints = await sourceFiles(options.functionsDir ?? join(ROOT, 'functions'));
  const define = {
    __ACCESS_POLICY__: JSON.stringify(options.access),
    __OPENAPI__: JSON.stringify(openApiText()),
    __PORTAL__: JSON.stringify(await buildPortal()),
  };
  const forLater = new Map<string, string>();
  const plugins = [unwrappedBuiltins, credentialsFromEnvironment, filesForLater(forLater)];
  const into = { outdir: options.outDir, outExtension: { '.js': '.mjs' } };
  const { outputFiles, metafile } = await esbuild.build({ ...LAMBDA, ...into, entryPoints, define, plugins });
  const later = await esbuild.build({ ...LAMBDA, ...into, entryPoints: Object.fromEntries(forLater), define, plugins });
  const functions = outputFiles.filter(({ path }) => isFunction(path, metafile));
  const bundles = functions.map(({ path, text }) => withRequire(path, text));
  await mkdir(options.outDir, { recursive: true });
  const files = [...bundles, ...later.outputFiles.map(({ path, text }) => withRequire(path, text))];
  await removeStale(options.outDir, files);
  await Promise.all(files.map(({ path, text }) => writeFile(path, text)));
  await writeFile(join(options.outDir, 'meta.json'), JSON.stringify(metafile));
  for (const [name, fact] of Object.entries(templateFacts(options.access)))
    await writeFile(join(options.outDir, name), JSON.stringify(fact));
  return bundles
    .map(({ path, text }) => ({ name: basename(path, '.mjs'), path, bytes: Buffer.byteLength(text) }))
    .sort((a, b) => a.name.localeCompare(b.name));
};

const sourceFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));

/** What exports `handler` is a function; the other files of the folder are what functions are wired with. */
const isFunction = (path: string, { outputs }: esbuild.Metafile): boolean =>
  Object.entries(outputs).some(([key, output]) => resolve(key) === path && output.exports.includes('handler'));

/** An ES module has no `require`; a bundle with CommonJS dependencies that load Node's own modules needs one. */
const withRequire = (path: string, text: string): { path: string; text: string } => {
  const needed = /\b__require\d*\(/.test(text);
  const banner = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n";
  return { path, text: needed ? banner + text : text };
};

const removeStale = async (outDir: string, files: readonly { path: string }[]): Promise<void> => {
  const current = new Set(files.map(({ path }) => basename(path)));
  const stale = (await readdir(outDir)).filter((name) => name.endsWith('.mjs') && !current.has(name));
  await Promise.all(stale.map((name) => rm(join(outDir, name))));
};

const defaultAccessFile = (): string => {
  const own = join(ROOT, 'access.yml');
  return existsSync(own) ? own : join(ROOT, 'access.example.yml');
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { access: { type: 'string' } } });
  const accessFile = values.access ?? defaultAccessFile();
  const { policy } = loadAccessFile(accessFile);
  for (const warning of lintAccessFile(accessFile).warnings) console.warn(`warning: ${printed(warning)}`);
  const bundles = await build({ access: policy, outDir: join(ROOT, 'dist') });
  const cli = await buildCli(join(ROOT, 'dist/cli'));
  console.log(`access policy: ${accessFile}`);
  const files = [...bundles, { path: cli, bytes: statSync(cli).size }];
  for (const { path, bytes } of files)
    console.log(`${(bytes / 1024).toFixed(0).padStart(6)} kB  ${relative(ROOT, path).replaceAll(sep, '/')}`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
