import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the stacks of one run of the tests find what others of it compiled (`compileOnce`): no run ever sees what another's sources made. */
export default async () => {
  process.env.HATCHECK_TEST_BUILDS = await mkdtemp(join(tmpdir(), 'hatcheck-builds-'));
};
