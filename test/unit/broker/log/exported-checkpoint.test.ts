import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exportedCheckpoint } from '../../../../lib/broker/log/exported-checkpoint.ts';
import { checkpointKey, exportFiles, logOf } from '../../../support/audit-log.ts';

const [step] = [...logOf({ events: 3, every: 3, key: checkpointKey() })];
const text = exportFiles(step!, 10).at(-1)!.content.trimEnd();
const leaves = step!.events.map(({ hash }) => hash);

test('says what stands in the file, with or without a line’s end', () => {
  for (const content of [text, `${text}\n`]) {
    const found = exportedCheckpoint(Buffer.from(content));
    expect(found).toMatchObject({ seq: 0, first: 0, checkpoint: step!.checkpoint, kid: step!.kid });
    expect([0, 1, 2, 3, -1].map((index) => found?.leaves.at(index))).toEqual([...leaves, undefined, undefined]);
    expect(found?.leaves.length).toBe(3);
  }
});

test('a checkpoint without new events has no hashes', () => {
  const empty = text.replace(/"leaves":.*/, '"leaves":[]}');
  expect(exportedCheckpoint(Buffer.from(empty))?.leaves.length).toBe(0);
});

const wrong: readonly (readonly [string, string])[] = [
  ['a member twice', text.replace('{', '{"seq":1,')],
  ['another order', text.replace(/"seq":0,(.*),"first":0/, '$1,"first":0,"seq":0')],
  ['white space', text.replace(':', ': ')],
  ['a member more', text.replace(',"first"', ',"more":1,"first"')],
  ['a member less', text.replace(/,"kid":"[^"]*"/, '')],
  ['a number that is none', text.replace('"seq":0', '"seq":"0"')],
  ['a hash too short', text.replace(leaves[1]!, leaves[1]!.slice(1))],
  ['hashes without quotes', text.replaceAll(/"([\w-]{43})"(?=[,\]])/g, ' $1 ')],
  ['hashes without commas', text.replaceAll('","', '";"')],
  ['no end', text.slice(0, -1)],
  ['nothing', ''],
];

test.each(wrong)('does not take a file with %s', (_, content) => {
  expect(content).not.toBe(text);
  expect(exportedCheckpoint(Buffer.from(content))).toBeUndefined();
});

test('never takes a file with one byte other for the same', () => {
  const found = exportedCheckpoint(Buffer.from(text));
  const seen = (content: Buffer) => {
    const { leaves: hashes, ...head } = exportedCheckpoint(content) ?? { leaves: { length: 0, at: () => undefined } };
    return [head, Array.from({ length: hashes.length }, (_, index) => hashes.at(index))];
  };
  fc.assert(
    fc.property(fc.nat({ max: text.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, bits) => {
      const content = Buffer.from(text);
      content[place] = (content[place] ?? 0) ^ bits;
      expect(seen(content)).not.toEqual(seen(Buffer.from(text)));
    }),
  );
  expect(found).toBeDefined();
});
