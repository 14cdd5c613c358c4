import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod/mini';
import { loadAccessFile } from '../../lib/config/access-file.ts';
import { type Bundle, build } from '../../scripts/build.ts';

/** A deployed bundle, the source files that something of ended up in it, and what it imports while it runs. */
export interface BundleContents extends Bundle {
  readonly files: readonly string[];
  readonly imports: readonly string[];
}

const metafileSchema = z.object({
  outputs: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })),
      imports: z.array(z.object({ path: z.string() })),
    }),
  ),
});

/** Every function, bundled into the folder as it is for deployment. */
export const builtBundles = async (outDir: string): Promise<readonly BundleContents[]> => {
  const bundles = await build({ access: loadAccessFile('access.example.yml').policy, outDir });
  const { outputs } = metafileSchema.parse(JSON.parse(await readFile(join(outDir, 'meta.json'), 'utf8')));
  const outputOf = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  return bundles.map((bundle) => {
    const { inputs = {}, imports = [] } = outputOf.get(basename(bundle.path)) ?? {};
    const files = Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []));
    return { ...bundle, files, imports: imports.map(({ path }) => path) };
  });
};

/** What reads or verifies SAML, and what only that needs. */
const SAML = /(?:^|\/)(?:lib\/identity\/saml[/-]|node_modules\/(?:xml-crypto|@xmldom|xpath)\/)/;

export const samlIn = ({ files }: BundleContents): readonly string[] => files.filter((file) => SAML.test(file));
