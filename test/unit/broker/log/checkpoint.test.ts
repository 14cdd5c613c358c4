import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  type Checkpoint,
  CheckpointError,
  checkpointHash,
  checkpointText,
  keyId,
  parseCheckpoint,
  type SignedCheckpoint,
  verifyCheckpoint,
} from '../../../../lib/broker/log/checkpoint.ts';
import { emptyRoot } from '../../../../lib/broker/log/merkle.ts';

const CHECKPOINT: Checkpoint = {
  at: '2026-11-22T10:00:00.000Z',
  log: 'https://hatcheck.example.com',
  previous: '',
  root: emptyRoot().toString('base64url'),
  size: 7,
};

const pairOn = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const OURS = pairOn('P-256');
const OTHER = pairOn('P-256');

const signedBy = ({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }, text: string) => ({
  checkpoint: text,
  signature: sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'der' }).toString('base64'),
  kid: keyId(publicKey),
});

const faultOf = (signed: SignedCheckpoint, keys: readonly KeyObject[] = [OURS.publicKey]): string => {
  try {
    verifyCheckpoint(signed, keys);
    return 'verified';
  } catch (error) {
    return error instanceof CheckpointError ? error.fault : 'a fault of ours';
  }
};

describe('a checkpoint', () => {
  const text = checkpointText(CHECKPOINT);
  const signed = signedBy(OURS, text);

  test('is canonical JSON, read back as it was written', () => {
    expect(text).toBe(
      `{"at":"2026-11-22T10:00:00.000Z","log":"https://hatcheck.example.com","previous":"","root":"${CHECKPOINT.root}","size":7,"v":1}`,
    );
    expect(parseCheckpoint(text)).toEqual(CHECKPOINT);
    const next = { ...CHECKPOINT, previous: checkpointHash(text), size: 8 };
    expect(parseCheckpoint(checkpointText(next))).toEqual(next);
  });

  test.each([
    ['no JSON', 'log'],
    ['no object', '[]'],
    ['nothing', ''],
    ['null', 'null'],
    ['a member too many', text.replace('"size":7', '"sizf":7,"size":7')],
    ['a member twice', text.replace('"size":7', '"size":7,"size":7')],
    ['a member missing', text.replace('"size":7,', '')],
    ['another order', `{"v":1,${text.slice(1, -7)}}`],
    ['a space', text.replace(',', ', ')],
    ['a number written otherwise', text.replace('"size":7', '"size":7.0')],
    ['no leaves', text.replace('"size":7', '"size":0')],
    ['half a leaf', text.replace('"size":7', '"size":7.5')],
    ['too many leaves', text.replace('"size":7', '"size":9007199254740993')],
    ['another version', text.replace('"v":1', '"v":2')],
    ['a time that is none', text.replace('10:00', '25:00')],
    ['a time of another form', text.replace('10:00:00.000Z', '10:00:00Z')],
    ['a root that is none', text.replace(CHECKPOINT.root, `${CHECKPOINT.root}A`)],
    ['a previous one that is none', text.replace('"previous":""', '"previous":"x"')],
    ['no log', text.replace('https://hatcheck.example.com', '')],
  ])('is refused with %s, signed or not', (_, forged) => {
    expect(forged).not.toBe(text);
    expect(faultOf(signedBy(OURS, forged))).toBe('text');
  });

  test('that our key signed says what it says', () => {
    expect(verifyCheckpoint(signed, [OTHER.publicKey, OURS.publicKey])).toEqual(CHECKPOINT);
  });

  test('by another key never verifies, whichever key it says it is of', () => {
    const forged = signedBy(OTHER, text);
    expect(faultOf(forged)).toBe('key');
    expect(faultOf({ ...forged, kid: signed.kid })).toBe('signature');
    expect(faultOf({ ...signed, kid: forged.kid }, [OURS.publicKey, OTHER.publicKey])).toBe('signature');
    expect(faultOf(signed, [])).toBe('key');
  });

  test('of which one letter was altered does not verify', () => {
    for (const [wrong, right] of [
      ['"size":8', '"size":7'],
      ['10:00:01', '10:00:00'],
      ['hatchecc', 'hatcheck'],
    ] as const) {
      expect(faultOf({ ...signed, checkpoint: text.replace(right, wrong) })).toBe('signature');
    }
  });

  test('takes its signature in one form only, and no empty one', () => {
    const { signature } = signed;
    const forms = ['', ` ${signature}`, `${signature}\n`, signature.replace(/=*$/, '*'), `${signature}AAAA`];
    for (const form of forms) expect(faultOf({ ...signed, signature: form })).toBe('signature');
    const plain = sign('sha256', Buffer.from(text), { key: OURS.privateKey, dsaEncoding: 'ieee-p1363' });
    expect(faultOf({ ...signed, signature: plain.toString('base64') })).toBe('signature');
    const zeroes = Buffer.from('3006020100020100', 'hex').toString('base64');
    expect(faultOf({ ...signed, signature: zeroes })).toBe('signature');
  });

  test('does not verify by a key of another curve or kind', () => {
    for (const pair of [pairOn('P-384'), pairOn('secp256k1'), generateKeyPairSync('rsa', { modulusLength: 2048 })]) {
      const byIt = { ...signed, kid: keyId(pair.publicKey) };
      expect(faultOf(byIt, [pair.publicKey])).toBe('key');
    }
    const notOurs = pairOn('P-384');
    expect(faultOf(signedBy(notOurs, text), [notOurs.publicKey])).toBe('key');
  });

  test('does not verify by a private key that stands where a public one should', () => {
    expect(faultOf({ ...signed, kid: signed.kid }, [OURS.privateKey])).toBe('key');
  });
});
