import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { CompiledAccess } from '../lib/config/access.ts';
import { parseAccess } from '../lib/config/access-file.ts';

/** Where `npm start` has the OpenID provider, and local/access.yml expects it. */
const USUAL_ISSUER = 'http://127.0.0.1:3001';

/** The file that local/access.yml names for the SAML identity provider: it stands nowhere, since the provider's key is the machine's own. */
const SAML_METADATA = 'local-saml.xml';

/** The identity providers as they really run. */
export interface LaptopProviders {
  /** Of the OpenID provider. */
  readonly issuer: string;
  readonly samlMetadata: string;
}

/** The access policy in `file`, with the identity providers where they really are. @throws AccessFileError with every fault. */
export const laptopAccess =
  (file: string) =>
  ({ issuer, samlMetadata }: LaptopProviders): CompiledAccess =>
    parseAccess(readFileSync(file, 'utf8').replaceAll(USUAL_ISSUER, issuer), {
      baseDir: dirname(file),
      readFile: (path) => (basename(path) === SAML_METADATA ? samlMetadata : readFileSync(path, 'utf8')),
      file: basename(file),
    });
