import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalOf } from '../../lib/broker/chain.ts';
import { parseCheckpoint } from '../../lib/broker/log/checkpoint.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import { type EventProof, proofFile, proofOf } from '../../lib/broker/log/proof-file.ts';
import { inclusionPath } from '../../lib/broker/log/prove.ts';
import { tilesOf } from '../support/audit-ledger.ts';
import { checkpointKey, logOf } from '../support/audit-log.ts';
import { hatcheck } from './run.ts';

const key = checkpointKey();
const [step] = [...logOf({ events: 5, every: 5, key, open: 1 })];
const tile = tilesOf(step!.events.map(({ hash }) => leafHash(hash)));
const { size } = parseCheckpoint(step!.checkpoint);
let folder: string;
let pem: string;
let proofs: readonly EventProof[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-proof-'));
  pem = join(folder, 'checkpoints.pem');
  writeFileSync(pem, key.pem);
  proofs = await Promise.all(
    step!.events.map(async (event, index) => {
      const path = (await inclusionPath(tile, index, size)).map((hash) => hash.toString('base64url'));
      return proofOf({ ...event, canonical: canonicalOf(event), index, path }, { ...step!, size });
    }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const check = (text: string, ...words: readonly string[]) => {
  const file = join(folder, 'proof.json');
  writeFileSync(file, text);
  return hatcheck(['audit', 'check', file, '--key', pem, ...words], {});
};

describe('hatcheck audit check', () => {
  test('says of each event of a proof that it is proved, and of what', async () => {
    const person = await check(proofFile(proofs));
    expect([person.code, person.stdout]).toEqual([0, expect.stringContaining('5 of 5 events')]);
    const program = await check(proofFile(proofs), '--json');
    expect([program.code, JSON.parse(program.stdout)]).toMatchObject([
      0,
      { ok: true, events: step!.events.map(({ stream, seq, at }, index) => ({ stream, seq, at, index })) },
    ]);
  });

  test('names the event that is not, and ends with 1', async () => {
    const [first, second] = proofs;
    const tampered = proofFile([first!, { ...second!, event: first!.event }]);
    const { code, stdout } = await check(tampered, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      { ok: false, events: [{ seq: 0 }, { seq: 0, fault: 'path' }] },
    ]);
    expect((await check(tampered)).stdout).toContain('1 of 2 events');
  });

  test('ends with 2 for what is no proof, and without a key', async () => {
    expect((await check('{}')).code).toBe(2);
    expect((await hatcheck(['audit', 'check', pem], {})).code).toBe(2);
  });
});
