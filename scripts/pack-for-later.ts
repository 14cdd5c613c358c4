import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import * as esbuild from 'esbuild';

export interface Packing {
  /** The files whose `import('…')` loads what is packed. */
  readonly askers: readonly string[];
  /** Files that who asks and what is packed have in common: loaded twice, a failure of the one would be none to the other. */
  readonly once?: readonly string[];
  /** How what is packed is bundled. */
  readonly options: esbuild.BuildOptions & { readonly plugins: esbuild.Plugin[] };
}

/** How commands load what they need when they run. */
const LAZY = /\bimport\('(\.{1,2}\/[^']+)'\)/g;

/**
 * V8 reads a whole file before it runs a line of it. So what a start does not need stands in the same file as one compressed word, which is nothing to
 * read, and becomes a module when it is asked for. Throws esbuild's BuildFailure.
 */
export const packForLater = async ({ askers, once = [], options }: Packing): Promise<esbuild.Plugin> => {
  const targets = askers.flatMap((file) => lazyIn(file).map((path) => join(dirname(file), path)));
  const later = await packed([...new Set(targets)].sort(), { once, options });
  return {
    name: 'pack-for-later',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        askers.includes(path) && lazyIn(path).length > 0 ? { contents: asksForIt(path), loader: 'ts' } : undefined,
      );
      build.onResolve({ filter: /^later:/ }, ({ path }) => ({ path, namespace: 'later' }));
      build.onLoad({ filter: /./, namespace: 'later' }, () => ({ contents: unpacking(later, once), resolveDir: '/' }));
    },
  };
};

const lazyIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(LAZY)].map(([, path = '']) => path);

const asksForIt = (file: string): string => {
  const [hashbang = ''] = /^#!.*\n/.exec(readFileSync(file, 'utf8')) ?? [];
  const rest = readFileSync(file, 'utf8').slice(hashbang.length);
  const asking = rest.replaceAll(LAZY, (_, path: string) => `unpacked(${JSON.stringify(join(dirname(file), path))})`);
  return `${hashbang}import { unpacked } from 'later:';\n${asking}`;
};

const packed = async (targets: readonly string[], { once, options }: Required<Omit<Packing, 'askers'>>) => {
  const contents = targets.map((path, at) => `export * as later${at} from ${JSON.stringify(path)};\n`).join('');
  const names = `export const names = ${JSON.stringify(targets)};\n`;
  const { outputFiles } = await esbuild.build({
    ...options,
    stdin: { contents: names + contents, resolveDir: '/', loader: 'ts' },
    plugins: [...options.plugins, theirs(once)],
    write: false,
  });
  return brotliCompressSync(outputFiles[0]?.contents ?? '');
};

const theirs = (once: readonly string[]): esbuild.Plugin => ({
  name: 'theirs',
  setup: (build) => {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const at = once.indexOf(join(resolveDir, path));
      return at === -1 ? undefined : { path: String(at), namespace: 'theirs' };
    });
    build.onLoad({ filter: /./, namespace: 'theirs' }, ({ path }) => ({
      contents: `module.exports = globalThis[Symbol.for('hatcheck.once')][${path}];`,
    }));
  },
});

const unpacking = (later: Buffer, once: readonly string[]): string => `
  ${once.map((path, at) => `import * as once${at} from ${JSON.stringify(path)};`).join('\n')}
  let loaded;
  const load = () => {
    ${once.length === 0 ? '' : `globalThis[Symbol.for('hatcheck.once')] = [${once.map((_, at) => `once${at}`).join(', ')}];`}
    const { brotliDecompressSync } = process.getBuiltinModule('node:zlib');
    const text = brotliDecompressSync(Buffer.from('${later.toString('base64')}', 'base64'));
    return import('data:text/javascript;base64,' + text.toString('base64'));
  };
  export const unpacked = async (name) => {
    const all = await (loaded ??= load());
    return all['later' + all.names.indexOf(name)];
  };`;
