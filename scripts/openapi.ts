import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openApiDocument } from '../lib/http/openapi.ts';

/** Writes the OpenAPI document, `dist/openapi.json` unless told otherwise, and returns its text: the build puts it into the portal function. */
export const writeOpenApi = (path = 'dist/openapi.json'): string => {
  const text = JSON.stringify(openApiDocument());
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
  return text;
};

if (import.meta.main) writeOpenApi(process.argv[2]);
