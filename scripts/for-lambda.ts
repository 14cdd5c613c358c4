import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';

/** How every bundle is made. */
export const LAMBDA = {
  bundle: true,
  packages: 'bundle',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Node's own default takes CommonJS first, which cannot be tree-shaken: 575 kB of AWS SDK instead of 344.
  mainFields: ['module', 'main'],
  // Half the bytes, and they are read at every start. Names stay, so that a stack trace in the log can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * Takes Node's own modules as they are, without an `import` of them in the bundle. To make a module that can be imported of one, Node asks for
 * everything that it exports: of node:http for WebSocket, which loads a whole second HTTP client, of node:crypto for the Web Crypto API, of node:fs
 * for its streams. Nobody uses them, and they took a fifteenth of a start.
 */
export const unwrappedBuiltins: Plugin = {
  name: 'unwrapped-builtins',
  setup: (build) => {
    build.onResolve({ filter: /^[a-z:_/0-9]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^(?!node:)/, 'node:'), namespace: 'builtin' } : undefined,
    );
    build.onLoad({ filter: /^node:/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Lambda puts a function's credentials into its environment before it starts, and never changes them. What else the SDK's chain of providers would look at (profiles, single
 * sign-on, the metadata service) is not there, and costs every start.
 */
export const credentialsFromEnvironment: Plugin = {
  name: 'credentials-from-environment',
  setup: (build) => {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: 'environment',
      namespace: 'credentials',
    }));
    build.onLoad({ filter: /./, namespace: 'credentials' }, () => ({
      contents: `
        import { fromEnv } from '@aws-sdk/credential-provider-env';
        let own;
        export const defaultProvider = (init) => () => (own ??= fromEnv(init)());`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    }));
  },
};

/**
 * What a function imports when it needs it is a file beside the bundle, so that a start does not read it. Puts each into `found`, the
 * source's path under the file's name without its ending.
 */
export const filesForLater = (found: Map<string, string>): Plugin => ({
  name: 'files-for-later',
  setup: (build) => {
    build.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import' || resolveDir.includes('node_modules')) return undefined;
      const name = basename(path, '.ts');
      found.set(name, join(resolveDir, path));
      return { path: `./${name}.mjs`, external: true };
    });
  },
});
