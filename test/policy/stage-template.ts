import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../local/compile.ts';
import { IRELAND, policyIn } from './places.ts';

/** The text of the template that would be deployed in Ireland where the stage's file says this. */
export const compiledStage = async (file: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-stage-'));
  try {
    await mkdir(join(folder, 'stages'));
    await writeFile(join(folder, 'stages/dev.yml'), file);
    const { templateFile } = await compile(folder, policyIn(IRELAND));
    return await readFile(templateFile, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
