import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

/** One file of the portal, as the portal's function answers it. */
export interface PortalFile {
  /** The media type. */
  readonly type: string;
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  /** Whether its name changes with its content, so that a browser may keep it. */
  readonly immutable: boolean;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** What the page's source names, and the file that it is made from. */
const ENTRIES = { '/main.js': 'src/main.tsx', '/style.css': 'style.css' } as const;

/**
 * The portal by path: the page at `/`, its scripts and style under names with a hash of their content. What the first page does not need
 * is in scripts of its own. The page has no inline script or style, since its content security policy allows none. Throws esbuild's
 * BuildFailure.
 */
export const buildPortal = async (): Promise<Readonly<Record<string, PortalFile>>> => {
  const folder = join(ROOT, 'portal');
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: Object.values(ENTRIES),
    bundle: true,
    splitting: true,
    metafile: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    write: false,
    logLevel: 'silent',
  });
  const page = linked(await readFile(join(folder, 'index.html'), 'utf8'), metafile);
  return {
    '/': { type: 'text/html; charset=utf-8', body: page, encoding: 'utf8', immutable: false },
    ...Object.fromEntries(outputFiles.map(({ path, text }) => [`/assets/${basename(path)}`, asset(path, text)])),
  };
};

const asset = (path: string, body: string): PortalFile => {
  const type = TYPES[extname(path)];
  if (type === undefined) throw new TypeError(`the portal has no media type for ${path}`);
  return { type, body, encoding: 'utf8', immutable: true };
};

/**
 * The page with the names of what was built, each where its source names it, once. Scripts that the main one imports are asked for
 * together with it, rather than when it has come.
 */
const linked = (page: string, { outputs }: esbuild.Metafile): string =>
  Object.entries(ENTRIES).reduce((text, [name, source]) => {
    const parts = text.split(`"${name}"`);
    const [path] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
    if (parts.length !== 2 || path === undefined) throw new TypeError(`index.html must name ${name} once`);
    const preloads = [...importedBy(path, outputs)].map((each) => `<link rel="modulepreload" href="/${each}" />`);
    return parts.join(`"/${path}"`).replace('</head>', `${preloads.join('')}</head>`);
  }, page);

/** What a script imports when it is loaded, and what that imports. */
const importedBy = (path: string, outputs: esbuild.Metafile['outputs']): ReadonlySet<string> => {
  const direct = (outputs[path]?.imports ?? []).flatMap(({ kind, path: to }) =>
    kind === 'import-statement' ? [to] : [],
  );
  return new Set(direct.flatMap((each) => [each, ...importedBy(each, outputs)]));
};

if (import.meta.main) {
  const target = join(ROOT, 'dist/portal.json');
  await mkdir(dirname(target), { recursive: true });
  const portal = await buildPortal();
  await writeFile(target, JSON.stringify(portal));
  for (const [path, { body }] of Object.entries(portal)) console.log(`${path} ${Buffer.byteLength(body)} bytes`);
}
