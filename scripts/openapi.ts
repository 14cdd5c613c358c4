import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openApiDocument } from '../lib/http/openapi.ts';

/** The OpenAPI document as text; the build puts it into the portal's function. */
export const openApiText = (): string => JSON.stringify(openApiDocument());

/** By itself the script writes it to the file that it is given, `dist/openapi.json` by default. */
if (import.meta.main) {
  const path = process.argv[2] ?? 'dist/openapi.json';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, openApiText());
}
