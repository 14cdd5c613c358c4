import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtBundles, samlIn } from '../../policy/bundles.ts';
import type { Section } from '../section.ts';

/** How large each is; what may be in it is for test/policy/bundles.test.ts to say. */
export const bundles: Section = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-bench-'));
  try {
    const rows = (await builtBundles(folder)).map((bundle) => [
      ...[bundle.name, (bundle.bytes / 1024).toFixed(0), samlIn(bundle).length > 0 ? 'yes' : 'no'],
    ]);
    return { table: [['bundle', 'kB', 'SAML in it'], ...rows] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
