import { createHash } from 'node:crypto';
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

/**
 * The portal by path: the page at `/`, its script and style under names with a hash of their content. The page has no inline script or
 * style, since its content security policy allows none. Throws esbuild's BuildFailure.
 */
export const buildPortal = async (): Promise<Readonly<Record<string, PortalFile>>> => {
  const folder = join(ROOT, 'portal');
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, 'src/main.tsx'), join(folder, 'style.css')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: 'assets',
    entryNames: '[name]',
    write: false,
    logLevel: 'silent',
  });
  const assets = outputFiles.map(({ path, text }) => asset(basename(path), text));
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  return {
    '/': { type: 'text/html; charset=utf-8', body: linked(page, assets), encoding: 'utf8', immutable: false },
    ...Object.fromEntries(assets.map(({ path, file }) => [path, file])),
  };
};

interface Asset {
  /** As the page's source names it. */
  readonly name: string;
  readonly path: string;
  readonly file: PortalFile;
}

const asset = (name: string, body: string): Asset => {
  const extension = extname(name);
  const type = TYPES[extension];
  if (type === undefined) throw new TypeError(`the portal has no media type for ${name}`);
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  const path = `/assets/${basename(name, extension)}-${hash}${extension}`;
  return { name, path, file: { type, body, encoding: 'utf8', immutable: true } };
};

const linked = (page: string, assets: readonly Asset[]): string =>
  assets.reduce((text, { name, path }) => {
    const parts = text.split(`"/${name}"`);
    if (parts.length !== 2) throw new TypeError(`index.html must name /${name} once`);
    return parts.join(`"${path}"`);
  }, page);

if (import.meta.main) {
  const target = join(ROOT, 'dist/portal.json');
  await mkdir(dirname(target), { recursive: true });
  const portal = await buildPortal();
  await writeFile(target, JSON.stringify(portal));
  for (const [path, { body }] of Object.entries(portal)) console.log(`${path} ${Buffer.byteLength(body)} bytes`);
}
