import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CASES = new URL('./cases.ts', import.meta.url).href;

let generation = 0;
const stripped = new Map<string, string>();
const importedBy = new Map<string, Set<string>>();

const withoutQuery = (url: string): string => url.replace(/\?.*$/, '');

const sourceOf = (url: string): string => {
  const known = stripped.get(url);
  if (known !== undefined) return known;
  const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
  stripped.set(url, source);
  return source;
};

/** From here on the test framework is `cases.ts`, and every module of the project belongs to a generation. */
export const hook = (root: string): void => {
  const home = `${pathToFileURL(root).href}/`;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@jest/globals') return { url: CASES, shortCircuit: true };
      const found = next(specifier, context);
      const url = withoutQuery(found.url);
      if (!url.startsWith(home) || url.includes('/node_modules/')) return found;
      const parent = withoutQuery(context.parentURL ?? '');
      importedBy.set(url, (importedBy.get(url) ?? new Set()).add(parent));
      return { ...found, url: `${url}?${generation}` };
    },
    load(url, context, next) {
      const plain = withoutQuery(url);
      if (!plain.startsWith(home) || !plain.endsWith('.ts') || plain.includes('/node_modules/'))
        return next(url, context);
      return { format: 'module', source: sourceOf(plain), shortCircuit: true };
    },
  });
};

/** Modules that are imported from now on are new ones, and so are those that they import. */
export const renew = (): void => {
  generation += 1;
};

/** Imports a file of the project as the generation has it. */
export const load = (file: string): Promise<unknown> => import(`${pathToFileURL(file).href}?${generation}`);

/** Everything that imports the file, at however many removes, itself included. */
export const dependents = (file: string): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (url: string): void => {
    if (found.has(url)) return;
    found.add(url);
    for (const parent of importedBy.get(url) ?? []) visit(parent);
  };
  visit(pathToFileURL(path.resolve(file)).href);
  return new Set([...found].filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url)));
};
