import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FolderVerdict, folderVerdict } from '../../cli/audit/verify-folder.ts';
import { exportLog } from '../../lib/broker/export/export-log.ts';
import { type ExportScene, PEM, exportScene } from '../unit/broker/export/scene.ts';
import { atTerminal, hasTerminal, leaveTerminals, terminalName } from './terminal.ts';

let folder: string;
let scenes = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-exported-'));
  writeFileSync(join(folder, 'checkpoints.pem'), PEM);
});
afterAll(() => {
  leaveTerminals();
  rmSync(folder, { recursive: true });
});

const longEnough = { remainingMs: () => 600_000 };

/** Three checkpoints, of which one is over more than a file holds and one is of another day. */
const grown = (): ExportScene => {
  const scene = exportScene();
  scene.extend(3);
  scene.checkpoint();
  for (let events = 0; events < 1200; events += 100) scene.extend(100, 'größer “words” \\ \u2028 ✓');
  scene.checkpoint();
  scene.clock.advance(3600);
  scene.extend(40);
  scene.checkpoint();
  return scene;
};

const exported = async (scene: ExportScene): Promise<string> => {
  scenes += 1;
  const to = join(folder, `export-${scenes}`);
  await exportLog(scene.exporter, longEnough);
  for (const [name, content] of Object.entries(scene.contents())) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    writeFileSync(join(to, name), content);
  }
  return to;
};
const verify = async (scene: ExportScene): Promise<FolderVerdict> =>
  folderVerdict(await exported(scene), { key: [join(folder, 'checkpoints.pem')], checkpoint: [] });

describe('what the exporter writes', () => {
  test('verifies, over days and more than one file to a checkpoint', async () => {
    const verdict = await verify(grown());
    expect(verdict).toMatchObject({ checkpoints: 3, streams: 7, gone: 0, frontier: { size: 1243 }, besides: [] });
    expect(verdict).not.toHaveProperty('firstBad');
  });

  test('verifies beside a checkpoint that nobody signed, which is passed over', async () => {
    const scene = grown();
    scene.extend(1);
    scene.checkpoint({ signature: 'AAAA' });
    scene.checkpoint();
    const verdict = await verify(scene);
    expect([scene.passed, verdict.checkpoints, verdict.last?.seq]).toEqual([[3], 4, 4]);
    expect(verdict).not.toHaveProperty('firstBad');
  });

  test('says which event was altered before it was exported, and that all the rest is well', async () => {
    const scene = grown();
    const { stream, seq } = scene.eventAt(700);
    scene.texts.set(`${stream}/${seq}`, '{}');
    expect(await verify(scene)).toMatchObject({
      ...{ gone: 1, checkpoints: 3, frontier: { size: 1243 } },
      firstBad: { what: 'dropped', sign: 'text', index: 700, stream, seq, checkpoint: 1 },
    });
  });
});

(hasTerminal ? test : test.skip)(`a person sees how far it is, by ${terminalName}`, async () => {
  const words = ['audit', 'verify', await exported(grown()), '--key', join(folder, 'checkpoints.pem')];
  const terminal = atTerminal(words, { PATH: '/usr/bin:/bin' });
  await terminal.see(/\[[#.]{24}\] \d+ %, \d+ events/);
  await terminal.see(/ok: 1243 events, 3 checkpoints/);
  expect(await terminal.ended()).toBe(0);
});
