import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { appendLeaf, emptyFrontier, rootOf } from '../../lib/broker/log/frontier.ts';
import { canonicalOf, seal } from '../../lib/broker/chain.ts';
import { checkpointText } from '../../lib/broker/log/checkpoint.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import { checkpointKey } from '../support/audit-log.ts';
import { noon, submitted } from '../support/builders.ts';
import { ID, broker, folder, put, run } from './audit-asked-scene.ts';

const key = checkpointKey();
const STORED = seal(undefined, `request#${ID}`, submitted());
const LEAVES = [STORED.hash, 'A'.repeat(43)].map(leafHash);
const TEXT = checkpointText({
  ...{ at: noon(300), log: 'https://hatcheck.example.com', previous: '', size: 2 },
  root: rootOf(LEAVES.reduce(appendLeaf, emptyFrontier)).toString('base64url'),
});
const CHECKPOINT = { seq: 0, at: noon(300), size: 2, checkpoint: TEXT, signature: key.sign(TEXT), kid: key.kid };
const PROOF = {
  ...{ stream: STORED.stream, seq: 0, index: 0, hash: STORED.hash, canonical: canonicalOf(STORED) },
  path: [LEAVES[1]!.toString('base64url')],
};
const verdict = (more: object = {}) => ({
  ...{
    ok: true,
    checked: { events: 1, checkpoints: 1 },
    checkpoint: CHECKPOINT,
    keys: [{ kid: key.kid, pem: key.pem }],
  },
  ...more,
});
const STREAM = encodeURIComponent(`request#${ID}`);

describe('hatcheck audit proof', () => {
  const route = `GET /v1/audit/verify?stream=${STREAM}&from=0&proofs=true`;

  test('writes what hatcheck audit check takes, by the public key alone', async () => {
    broker.answer(route, { status: 200, json: verdict({ waiting: 0, proofs: [PROOF] }) });
    const [file, pem] = [join(folder, 'proof.json'), put('key.pem', key.pem)];
    expect(await run('audit', 'proof', ID, '--out', file)).toMatchObject({ code: 0, stdout: '' });
    expect(await run('audit', 'check', file, '--key', pem)).toMatchObject({ code: 0 });
    expect(await run('audit', 'proof', ID, '--out', file)).toMatchObject({ code: 2 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1);
  });

  test('gives away no proof that is none, and none by another key than the one that is trusted', async () => {
    broker.answer(route, { status: 200, json: verdict({ proofs: [{ ...PROOF, path: ['B'.repeat(42) + 'A'] }] }) });
    expect(await run('audit', 'proof', ID)).toMatchObject({ code: 1, stdout: '' });
    broker.answer(route, { status: 200, json: verdict({ proofs: [PROOF] }) });
    const other = put('other.pem', checkpointKey().pem);
    expect(await run('audit', 'proof', ID, '--key', other)).toMatchObject({ code: 1, stdout: '' });
  });

  test('says that nothing covers it yet, or that it is not as it was written', async () => {
    const unsigned = { ok: true, checked: { events: 1, checkpoints: 0 }, keys: [], waiting: 1, proofs: [] };
    broker.answer(route, { status: 200, json: unsigned });
    expect(await run('audit', 'proof', ID)).toMatchObject({ code: 1, stdout: '' });
    broker.answer(route, {
      status: 200,
      json: verdict({ ok: false, firstBad: { what: 'altered', sign: 'content' }, proofs: [PROOF] }),
    });
    expect(await run('audit', 'proof', ID)).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('hatcheck audit verify, online', () => {
  const pem = () => put('key.pem', key.pem);

  test('goes on as long as there is more, and checks the signature by the reader’s own key', async () => {
    broker.answer('GET /v1/audit/verify?from=0', {
      status: 200,
      json: verdict({ checked: { events: 10, checkpoints: 3 }, next: 3 }),
    });
    broker.answer('GET /v1/audit/verify?from=3', {
      status: 200,
      json: verdict({ checked: { events: 5, checkpoints: 1 } }),
    });
    const { code, stdout } = await run('audit', 'verify', '--checkpoints', '0..', '--key', pem());
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'ok: 15 events, 4 checkpoints: each event is what was written']);
    expect(stdout).toContain('whose signature was checked here');
  });

  test('names the first place that is not as it was written', async () => {
    const firstBad = { what: 'dropped', sign: 'content', stream: `request#${ID}`, seq: 3, index: 7, checkpoint: 0 };
    broker.answer(`GET /v1/audit/verify?stream=${STREAM}&from=0`, {
      status: 200,
      json: verdict({ ok: false, firstBad, next: 4 }),
    });
    const { code, stdout } = await run('audit', 'verify', '--stream', `request#${ID}`);
    expect(code).toBe(1);
    expect(stdout).toContain(`not as it was written: index 7, request#${ID}, seq 3, dropped`);
    expect(JSON.parse((await run('audit', 'verify', '--stream', `request#${ID}`, '--json')).stdout)).toMatchObject({
      ok: false,
      firstBad,
    });
  });

  test.each([
    ['is signed by another key', { kid: 'x'.repeat(43) }],
    ['has another signature', { signature: checkpointKey().sign(TEXT) }],
    ['is shown with another size than was signed', { size: 3 }],
  ])('a server whose checkpoint %s is not believed', async (_what, more) => {
    broker.answer('GET /v1/audit/verify?to=7&from=7', {
      status: 200,
      json: verdict({ checkpoint: { ...CHECKPOINT, ...more } }),
    });
    expect(await run('audit', 'verify', '--checkpoints', '7', '--key', pem())).toMatchObject({ code: 1, stdout: '' });
  });

  test.each([
    [['--checkpoints', 'x']],
    [['--stream', 'a', '--checkpoints', '1']],
    [[]],
    [['a-path', '--stream', 'control']],
  ])('%j is wrong usage', async (args) => {
    expect(await run('audit', 'verify', ...args)).toMatchObject({ code: 2 });
  });
});
