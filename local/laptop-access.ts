import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { CompiledAccess } from '../lib/config/access.ts';
import { parseAccess } from '../lib/config/access-file.ts';

/** Where `npm start` has the identity providers, and local/access.yml expects them. */
const USUAL = { oidc: 'http://127.0.0.1:3001', saml: 'http://127.0.0.1:3004/metadata' };

/** What the identity providers are called where they really run. */
export interface LaptopProviders {
  readonly issuer: string;
  readonly samlEntityId: string;
}

/** The access policy in `file`, with the identity providers where they really are. @throws AccessFileError with every fault. */
export const laptopAccess =
  (file: string) =>
  ({ issuer, samlEntityId }: LaptopProviders): CompiledAccess =>
    parseAccess(readFileSync(file, 'utf8').replaceAll(USUAL.oidc, issuer).replaceAll(USUAL.saml, samlEntityId), {
      baseDir: dirname(file),
      readFile: (path) => readFileSync(path, 'utf8'),
      file: basename(file),
    });
