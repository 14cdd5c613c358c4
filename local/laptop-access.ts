import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { CompiledAccess } from '../lib/config/access.ts';
import { parseAccess } from '../lib/config/access-file.ts';

/** Where `npm start` has the OpenID provider, and local/access.yml expects it. */
const USUAL_ISSUER = 'http://127.0.0.1:3001';

/** The access policy in `file`, with the OpenID provider where it really is. @throws AccessFileError with every fault. */
export const laptopAccess =
  (file: string) =>
  (issuer: string): CompiledAccess =>
    parseAccess(readFileSync(file, 'utf8').replaceAll(USUAL_ISSUER, issuer), {
      baseDir: dirname(file),
      readFile: (path) => readFileSync(path, 'utf8'),
      file: basename(file),
    });
