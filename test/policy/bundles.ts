import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod/mini';
import { loadAccessFile } from '../../lib/config/access-file.ts';
import { type Bundle, build } from '../../scripts/build.ts';

/** A deployed bundle, and the source files that something of ended up in it. */
export interface BundleContents extends Bundle {
  readonly files: readonly string[];
}

const metafileSchema = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
});

/** Every function, bundled into the folder as it is for deployment. */
export const builtBundles = async (outDir: string): Promise<readonly BundleContents[]> => {
  const bundles = await build({ access: loadAccessFile('access.example.yml').policy, outDir });
  const { outputs } = metafileSchema.parse(JSON.parse(await readFile(join(outDir, 'meta.json'), 'utf8')));
  const inputsOf = new Map(Object.entries(outputs).map(([path, { inputs }]) => [basename(path), inputs]));
  return bundles.map((bundle) => ({
    ...bundle,
    files: Object.entries(inputsOf.get(basename(bundle.path)) ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file),
  }));
};

/** What reads or verifies SAML, and what only that needs. */
const SAML = /(?:^|\/)(?:lib\/identity\/saml[/-]|node_modules\/(?:xml-crypto|@xmldom|xpath)\/)/;

export const samlIn = ({ files }: BundleContents): readonly string[] => files.filter((file) => SAML.test(file));
