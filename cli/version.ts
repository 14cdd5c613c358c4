import { readFileSync } from 'node:fs';
import { parseJson, text } from './json.ts';

/** Put there when the command is bundled; run from its sources it has none. */
declare const __HATCHECK_VERSION__: string | undefined;

export const version = (): string =>
  typeof __HATCHECK_VERSION__ === 'string'
    ? __HATCHECK_VERSION__
    : (text(parseJson(readFileSync(new URL('../package.json', import.meta.url), 'utf8')), 'version') ?? 'unknown');
