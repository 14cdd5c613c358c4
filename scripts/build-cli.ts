import { globSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import * as z from 'zod/mini';
import { unwrappedBuiltins } from './for-lambda.ts';
import { packForLater } from './pack-for-later.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'cli');
const ENTRY = join(CLI, 'hatcheck.ts');
const NAME = 'hatcheck.cjs';

/** What is loaded where it is, if it is there: it has a part for each platform. */
const KEYRING = '@napi-rs/keyring';

const manifest = z.object({
  version: z.string(),
  description: z.string(),
  license: z.string(),
  engines: z.object({ node: z.string() }),
  optionalDependencies: z.object({ [KEYRING]: z.optional(z.string()) }),
});

/** zod's messages in forty languages, of which nobody asks for any: a quarter of the bundle. */
const oneLanguage: esbuild.Plugin = {
  name: 'one-language',
  setup: (build) => {
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

/** What is unpacked has no place of its own, from where the keyring would be looked for. */
const PLACE = `globalThis[Symbol.for('hatcheck.place')]`;

const optionsFor = (version: string) =>
  ({
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node22', mainFields: ['module', 'main'] },
    ...{ external: [KEYRING], plugins: [unwrappedBuiltins, oneLanguage] },
    // It is read at every start, and half the bytes are read in half the time.
    ...{ minify: true, legalComments: 'eof', write: false, logLevel: 'silent' },
    define: { __HATCHECK_VERSION__: JSON.stringify(version), 'import.meta.url': '__PLACE__' },
    banner: { js: `const __PLACE__ = ${PLACE};` },
  }) satisfies esbuild.BuildOptions;

/**
 * Bundles the command line into one file with a package.json of its own, so that `npm i -g` of the folder, or of what `npm pack` makes of it, installs it.
 * It has three parts: what answers at once, the commands of every day, and what seldom runs (access policies, the record, roles), which is four fifths
 * of it. Throws esbuild's BuildFailure, and has written nothing then.
 * @returns the file
 */
export const buildCli = async (outDir: string): Promise<string> => {
  const { optionalDependencies, ...about } = manifest.parse(
    JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')),
  );
  const options = optionsFor(about.version);
  const seldom = await packForLater({
    askers: globSync('*.ts', { cwd: CLI }).flatMap((name) => (join(CLI, name) === ENTRY ? [] : [join(CLI, name)])),
    once: ['failure.ts', 'interrupts.ts'].map((name) => join(CLI, name)),
    options,
  });
  const daily = await packForLater({
    askers: [ENTRY],
    options: { ...options, plugins: [...options.plugins, seldom] },
  });
  const { outputFiles } = await esbuild.build({
    ...options,
    ...{ entryPoints: [ENTRY], format: 'cjs', plugins: [...options.plugins, daily] },
    banner: { js: `const __PLACE__ = ${PLACE} = require('node:url').pathToFileURL(__filename).href;` },
  });
  const keyring = optionalDependencies[KEYRING];
  const own = {
    ...{ name: 'hatcheck', ...about, bin: { hatcheck: NAME }, files: [NAME] },
    ...(keyring === undefined ? {} : { optionalDependencies: { [KEYRING]: keyring } }),
  };
  await mkdir(outDir, { recursive: true });
  const file = join(outDir, NAME);
  await writeFile(file, outputFiles[0]?.text ?? '');
  await chmod(file, 0o755);
  await writeFile(join(outDir, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  return file;
};

if (import.meta.main) console.log(await buildCli(join(ROOT, 'dist/cli')));
