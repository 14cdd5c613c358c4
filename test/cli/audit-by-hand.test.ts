import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashCanonical } from '../../lib/broker/chain.ts';
import { checkpointKey, exportFiles, keyFile, logOf } from '../support/audit-log.ts';

/** What the page tells a reader to type, all of it and nothing else. */
const script = [...readFileSync('docs/audit.md', 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)]
  .map(([, text]) => text)
  .join('');
const TOOLS = ['sha256sum', 'openssl', 'base64', 'basenc', 'od', 'sed', 'grep', 'tr', 'mktemp'];
const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);

const [key, other] = [checkpointKey(), checkpointKey()];
const steps = [...logOf({ events: 23, every: 9, key, secondsApart: 4000 })];
const files = [...steps.flatMap((step) => exportFiles(step, 5)), keyFile(key)];
const CHECKS = 7;

let folder: string;
let copies = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-by-hand-'));
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, 'export', path)), { recursive: true });
    writeFileSync(join(folder, 'export', path), content);
  }
  writeFileSync(join(folder, 'checkpoints.pem'), key.pem);
  writeFileSync(join(folder, 'other.pem'), other.pem);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const follow = (cwd: string, index: number, pem = 'checkpoints.pem') => {
  const env = { PATH: '/usr/bin:/bin', index: String(index), key: join(folder, pem), TMPDIR: folder };
  const { status, stdout, stderr } = spawnSync('sh', ['-eu'], { cwd, env, input: script, encoding: 'utf8' });
  return {
    status,
    oks: stdout.match(/^ok: /gm)?.length ?? 0,
    bads: stdout.match(/^NOT AS IT WAS WRITTEN: .*$/gm) ?? [],
    stderr,
  };
};

/** A copy of the export with the text of one file changed. */
const tampered = (name: string, change: (text: string) => string): string => {
  copies += 1;
  const copy = join(folder, `export-${copies}`);
  cpSync(join(folder, 'export'), copy, { recursive: true });
  const { path, content } = files.find((file) => file.path.includes(name))!;
  expect(change(content)).not.toBe(content);
  writeFileSync(join(copy, path), change(content));
  return copy;
};

(missing.length > 0 ? describe.skip : describe)(`docs/audit.md, by hand (needs ${TOOLS.join(', ')})`, () => {
  test.each([0, 8, 9, 17, 22])('its commands prove the event of index %i, whatever it is', (index) => {
    expect(follow(join(folder, 'export'), index)).toEqual({ status: 0, oks: CHECKS, bads: [], stderr: '' });
  });

  const hash = steps[1]!.events[2]!.hash;
  test.each<readonly [string, string, (text: string) => string, RegExp]>([
    [
      'a letter of the event is another',
      '0000000001-0000',
      (text) => text.replace(/(?<="index":11,.*eventId[^:]*:[^a-z]*)event/, 'Event'),
      /text of the event/,
    ],
    [
      'its text and its hash are others',
      '0000000001-0000',
      (text) => text.replace(/"hash":"[^"]*","canonical":".*"\}/g, `"hash":"${hashCanonical('{}')}","canonical":"{}"}`),
      /where it should be/,
    ],
    [
      'its hash beside the checkpoint is another',
      '0000000001.json',
      (text) => text.replace(hash, hashCanonical('{}')),
      /where it should be/,
    ],
    [
      'another hash is another',
      '0000000000.json',
      (text) => text.replace(steps[0]!.events[0]!.hash, hashCanonical('{}')),
      /make the root/,
    ],
    [
      'a hash is missing',
      '0000000000.json',
      (text) => text.replace(`"${steps[0]!.events[0]!.hash}",`, ''),
      /as many hashes/,
    ],
    [
      'the checkpoint is altered',
      '0000000001.json',
      (text) => text.replace('hatcheck.example.com', 'elsewhere.example.com'),
      /key signed/,
    ],
    [
      'the signature is altered',
      '0000000001.json',
      (text) => text.replace(/(?<="signature":".{40})./, (letter) => (letter === 'A' ? 'B' : 'A')),
      /key signed/,
    ],
  ])('they miss it where %s', (_, name, change, expected) => {
    const { status, bads } = follow(tampered(name, change), 11);
    expect([status, bads.join('\n')]).toEqual([1, expect.stringMatching(expected)]);
  });

  test('they miss it where another key should have signed it', () => {
    expect(follow(join(folder, 'export'), 11, 'other.pem')).toMatchObject({ status: 1 });
  });

  test('they miss an event that is not there', () => {
    expect(follow(join(folder, 'export'), 23).status).not.toBe(0);
  });
});
