import { describe, expect, test } from '@jest/globals';
import { canonicalOf, hashCanonical, seal } from '../../../../lib/broker/chain.ts';
import { checkpointText, parseCheckpoint } from '../../../../lib/broker/log/checkpoint.ts';
import { appendLeaf, emptyFrontier, rootOf } from '../../../../lib/broker/log/frontier.ts';
import { lastOfStreams } from '../../../../lib/broker/log/last-of-streams.ts';
import { leafHash } from '../../../../lib/broker/log/merkle.ts';
import { type Noted, verifyExport } from '../../../../lib/broker/log/verify-export.ts';
import { verifyOfStream } from '../../../../lib/broker/log/verify-stream-order.ts';
import type { ExportPart } from '../../../../lib/broker/log/verify-lines.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { type LogStep, checkpointKey, keyWithABug, logOf } from '../../../support/audit-log.ts';
import { noon, submitted } from '../../../support/builders.ts';
import { each, exportedStep, partOf } from './exported-step.ts';

const [key, other] = [checkpointKey(), checkpointKey()];
const steps = [...logOf({ events: 60, every: 10, key, open: 4 })];
const good = steps.map(exportedStep).map(partOf);

const verify = (parts: readonly ExportPart[], { noted = [] as readonly Noted[], keys = [key] } = {}) =>
  verifyExport((after) => each(after ? parts.slice(parts.indexOf(after) + 1) : parts), {
    ...{ keys: keys.map(({ publicKey }) => publicKey), noted, streams: lastOfStreams() },
  });
const bad = async (parts: readonly ExportPart[], against = {}) => (await verify(parts, against)).firstBad;

const partsOf = (of: readonly LogStep[]): readonly ExportPart[] => of.map(exportedStep).map(partOf);
const signedBy = (by: typeof key, step: LogStep, change: object): LogStep => {
  const checkpoint = checkpointText({ ...parseCheckpoint(step.checkpoint), ...change });
  return { ...step, checkpoint, signature: by.sign(checkpoint), kid: by.kid };
};

describe('verifyExport', () => {
  test('says how far all is well', async () => {
    const { root, size } = parseCheckpoint(steps.at(-1)!.checkpoint);
    expect(await verify(good)).toMatchObject({ checkpoints: 6, gone: 0, frontier: { size }, last: { seq: 5, root } });
    expect(await verify(good)).not.toHaveProperty('firstBad');
  });

  test('goes on behind events of which the text is gone, counts them, and tells the first and what else there is', async () => {
    const takenFrom = (step: LogStep): ExportPart => {
      const exported = exportedStep(step);
      return partOf({ ...exported, lines: exported.lines.map((line) => line.replace(/,"canonical":.*/, '}')) });
    };
    const gone = await verify(good.with(1, takenFrom(steps[1]!)));
    expect(gone).toMatchObject({ gone: 10, checkpoints: 6, firstBad: { what: 'dropped', sign: 'text', index: 10 } });
    expect(gone).not.toHaveProperty('andThen');
    const more = await verify(good.with(1, takenFrom(steps[1]!)).toSpliced(3, 1));
    expect(more).toMatchObject({ firstBad: { index: 10 }, andThen: { what: 'dropped', sign: 'missing', index: 30 } });
  });

  test('lets a number be passed over that nothing signed stood under, where the next one continues the last', async () => {
    const passed = steps.map((step) => (step.seq < 3 ? step : { ...step, seq: step.seq + 2 }));
    expect(await verify(partsOf(passed))).toMatchObject({ checkpoints: 6, last: { seq: 7 } });
    expect(await bad(partsOf(passed))).toBeUndefined();
  });

  test('takes checkpoints of several keys, where all of them are given', async () => {
    const rotated = [...steps.slice(0, 3), ...steps.slice(3).map((step) => signedBy(other, step, {}))];
    expect(await bad(partsOf(rotated), { keys: [other, key] })).toBeUndefined();
    expect(await bad(partsOf(rotated))).toEqual({
      ...{ what: 'altered', sign: 'key', kid: other.kid, checkpoint: 3, index: 30, file: good[3]!.file },
    });
  });
});

describe('an export of which somebody', () => {
  const attacks: readonly (readonly [string, readonly ExportPart[], object])[] = [
    ['deletes a checkpoint', good.toSpliced(2, 1), { what: 'dropped', sign: 'missing', index: 20, checkpoint: 3 }],
    ['deletes the first checkpoint', good.slice(1), { what: 'dropped', sign: 'missing', index: 0, checkpoint: 1 }],
    [
      'alters a checkpoint',
      partsOf(steps.with(2, { ...signedBy(key, steps[2]!, { size: 31 }), signature: steps[2]!.signature })),
      { what: 'altered', sign: 'signature', index: 20, checkpoint: 2 },
    ],
    [
      'signs a checkpoint with a key of their own, in the name of ours',
      partsOf(steps.with(2, { ...signedBy(other, steps[2]!, { size: 31 }), kid: key.kid })),
      { what: 'altered', sign: 'signature', index: 20, checkpoint: 2 },
    ],
    [
      'signs a checkpoint with a key of their own',
      partsOf(steps.with(2, signedBy(other, steps[2]!, { size: 31 }))),
      { what: 'altered', sign: 'key', kid: other.kid, index: 20, checkpoint: 2 },
    ],
    [
      'makes a checkpoint no canonical JSON',
      partsOf(steps.with(2, { ...steps[2]!, checkpoint: ` ${steps[2]!.checkpoint}` })),
      { what: 'altered', sign: 'checkpoint', index: 20, checkpoint: 2 },
    ],
    [
      'numbers the checkpoints behind a deleted one anew',
      partsOf(steps.toSpliced(2, 1).map((step, seq) => ({ ...step, seq }))),
      { what: 'dropped', sign: 'previous', index: 20, checkpoint: 2 },
    ],
    [
      'lets two checkpoints change places',
      partsOf([...steps.slice(0, 2), { ...steps[3]!, seq: 2 }, { ...steps[2]!, seq: 3 }, ...steps.slice(4)]),
      { what: 'reordered', sign: 'previous', index: 20, checkpoint: 2 },
    ],
    [
      'puts a checkpoint in once more',
      partsOf([...steps.slice(0, 3), ...steps.slice(2).map((step) => ({ ...step, seq: step.seq + 1 }))]),
      { what: 'added', sign: 'previous', index: 30, checkpoint: 3 },
    ],
    [
      'numbers a checkpoint in its file otherwise than in its name',
      good.with(2, { ...good[2]!, content: () => good[3]!.content() }),
      { what: 'altered', sign: 'checkpoint', index: 20, checkpoint: 2 },
    ],
    [
      'says beside a checkpoint that it begins elsewhere',
      partsOf(steps.with(2, { ...steps[2]!, first: 19 })),
      { what: 'altered', sign: 'leaves', index: 20, checkpoint: 2 },
    ],
    [
      'moves a checkpoint to another day',
      good.with(2, { ...good[2]!, date: '2026-03-03' }),
      { what: 'reordered', sign: 'place', index: 20, checkpoint: 2 },
    ],
  ];
  test.each(attacks)('%s', async (_, parts, expected) => {
    expect(await bad(parts)).toMatchObject(expected);
  });

  test('cuts off the last checkpoints with their events: only a checkpoint that was noted shows it', async () => {
    const { size, root } = parseCheckpoint(steps.at(-1)!.checkpoint);
    for (const left of [1, 2, 3, 4, 5]) {
      const cut = good.slice(0, left);
      expect(await bad(cut)).toBeUndefined();
      expect(await bad(cut, { noted: [{ size, root }] })).toEqual({
        ...{ what: 'dropped', sign: 'noted', index: left * 10, to: 59 },
      });
    }
  });
});

describe('a log that whoever has the key wrote anew', () => {
  const noted = steps.map(({ checkpoint }) => parseCheckpoint(checkpoint));

  test('does not agree with what was noted of it, at any size', async () => {
    const anew = partsOf([...logOf({ events: 60, every: 10, key, open: 4, seed: 2 })]);
    expect(await bad(anew)).toBeUndefined();
    for (const { size, root } of noted)
      expect(await bad(anew, { noted: [{ size, root }] })).toMatchObject({
        ...{ what: 'altered', sign: 'noted', index: 0, to: size - 1 },
      });
    expect(await bad(good, { noted })).toBeUndefined();
    const within = { size: 15, root: noted[0]!.root };
    expect(await bad(good, { noted: [within] })).toMatchObject({ sign: 'noted', checkpoint: 1 });
  });

  test.each([
    ['runs back in time', { at: noon(0) }, 'time'],
    ['shrinks', { size: 5 }, 'size'],
    ['is of another name', { log: 'https://elsewhere.example.com' }, 'name'],
  ])('shows when it %s', async (_, change, sign) => {
    expect(await bad(partsOf(steps.with(2, signedBy(key, steps[2]!, change))))).toMatchObject({ sign, checkpoint: 2 });
  });

  const logged = (events: readonly StoredEvent[]): readonly ExportPart[] => {
    const frontier = events.reduce((grown, { hash }) => appendLeaf(grown, leafHash(hash)), emptyFrontier);
    const root = rootOf(frontier).toString('base64url');
    const signed = signedBy(key, steps[0]!, { root, size: events.length });
    return partsOf([{ ...signed, events }]);
  };
  const sealed = (seconds: number, after?: StoredEvent): StoredEvent =>
    seal(after, 'request#r_A', submitted({}, { at: noon(seconds) }));
  const first = sealed(0);
  const second = sealed(1, first);
  const third = sealed(2, second);
  const place = { index: 1, stream: 'request#r_A' };
  test.each<readonly [string, readonly StoredEvent[], object]>([
    ['leaves an event of a stream out', [first, third], { what: 'dropped', sign: 'chain', ...place, seq: 1 }],
    ['has an event twice', [first, first], { what: 'added', sign: 'chain', ...place, seq: 0 }],
    ['has two pasts of a stream', [first, sealed(1, sealed(0))], { what: 'altered', sign: 'chain', ...place, seq: 1 }],
    ['begins in the middle', [second], { what: 'dropped', sign: 'chain', ...place, index: 0, seq: 0 }],
  ])('shows when it %s', async (_, events, expected) => {
    expect(await bad(logged(events))).toMatchObject(expected);
  });
});

describe('what else stands in an export', () => {
  const [third, fourth] = [exportedStep(steps[2]!), exportedStep(steps[3]!)];
  const unreadable: ExportPart = { ...good[4]!, content: () => Promise.resolve(Buffer.from('{}')) };
  const withLines = (lines: readonly string[]): readonly ExportPart[] => good.with(2, partOf({ ...third, lines }));

  test('a checkpoint that cannot be read says nothing of what is missing before it', async () => {
    expect(await bad(good.with(4, unreadable).toSpliced(2, 1))).toMatchObject({ what: 'dropped', checkpoint: 3 });
    expect(await bad(withLines(third.lines.slice(1)).with(4, unreadable))).toMatchObject({
      ...{ what: 'dropped', sign: 'content', index: 20 },
    });
  });

  test('hashes and a line that are none make no root', async () => {
    const lines = third.lines.with(4, '{}');
    const leaves = third.leaves.with(3, 'x'.repeat(43));
    expect(await bad(good.with(2, partOf({ ...third, lines, leaves })))).toMatchObject({
      ...{ what: 'altered', sign: 'root', index: 20, to: 29 },
    });
    for (const [some, what] of [[third.lines.slice(1), 'dropped'] as const, [[...third.lines, '{}'], 'added'] as const])
      expect(await bad(good.with(2, partOf({ ...third, lines: some, leaves })))).toMatchObject({ what, sign: 'root' });
  });

  test('a line that went on behind its place is out of order', async () => {
    const [last] = third.lines.slice(-1);
    const moved = withLines(third.lines.slice(0, -1)).with(3, partOf({ ...fourth, lines: [last!, ...fourth.lines] }));
    expect(await bad(moved)).toMatchObject({ what: 'reordered', sign: 'content', index: 29, checkpoint: 2 });
  });

  test('a line that has the right text, and says something else beside it, was altered', async () => {
    const lines = third.lines.with(5, ` ${third.lines[5]!}`);
    const { stream, seq } = third.step.events[5]!;
    expect(await bad(withLines(lines))).toMatchObject({ what: 'altered', sign: 'line', index: 25, stream, seq });
  });

  test('lines behind the last are too many, whatever follows', async () => {
    const { stream, seq } = fourth.step.events[0]!;
    const lines = [...third.lines, fourth.lines[0]!, '{}'];
    expect(await bad(withLines(lines))).toMatchObject({ what: 'added', index: 30, stream, seq, checkpoint: 2 });
  });

  test('a checkpoint that covers no more, and names another before it, was altered', async () => {
    const { root, size } = parseCheckpoint(steps[1]!.checkpoint);
    const step = { ...signedBy(key, steps[2]!, { root, size, previous: hashCanonical('another') }), events: [] };
    expect(await bad(partsOf(steps.with(2, step)))).toMatchObject({ what: 'altered', sign: 'previous', checkpoint: 2 });
  });

  test('of a stream of which several texts are gone the next event is held against the last of them', async () => {
    const textless = (step: LogStep): ExportPart => {
      const exported = exportedStep(step);
      return partOf({ ...exported, lines: exported.lines.map((line) => line.replace(/,"canonical":.*/, '}')) });
    };
    expect(await verify([...steps.slice(0, 3).map(textless), ...good.slice(3)])).toMatchObject({
      ...{ gone: 30, checkpoints: 6 },
    });
  });

  test('a bug is no tampering', async () => {
    const publicKey = keyWithABug;
    await expect(verify(good, { keys: [{ ...key, publicKey }] })).rejects.toThrow(RangeError);
  });
});

describe('an event of the log, by itself,', () => {
  const line = { index: 0, stream: 'control', seq: 4, hash: 'A'.repeat(43) };

  test('is altered where its text is no event', () => {
    expect(verifyOfStream(lastOfStreams(), { ...line, canonical: '{}' })).toMatchObject({
      ...{ what: 'altered', sign: 'canonical', stream: 'control', seq: 4 },
    });
  });

  const chain = [noon(0), noon(5), noon(5), noon(4)].reduce<readonly StoredEvent[]>((events, at) => {
    const prev = events.at(-1);
    return [...events, seal(prev && { ...prev, at: noon(0) }, 'request#r_A', submitted({}, { at }))];
  }, []);
  const lineOf = (event: StoredEvent, place: Partial<typeof line> = {}) => ({
    ...{ index: 0, stream: event.stream, seq: event.seq, hash: event.hash, canonical: canonicalOf(event) },
    ...place,
  });

  test('continues its stream at the same time or later, never earlier', () => {
    const streams = lastOfStreams();
    expect(chain.map((event) => verifyOfStream(streams, lineOf(event))?.sign)).toEqual([
      ...[undefined, undefined, undefined, 'chain'],
    ]);
  });

  test.each([{ stream: 'request#r_B' }, { seq: 1 }])('whose text says another place than %j was altered', (place) => {
    expect(verifyOfStream(lastOfStreams(), lineOf(chain[0]!, place))).toEqual({
      ...{ what: 'altered', sign: 'line', stream: 'request#r_A', seq: 0 },
    });
  });

  test('of which the text is gone is no beginning for the next where one is missing before it', () => {
    const streams = lastOfStreams();
    expect(verifyOfStream(streams, line)).toEqual({ what: 'dropped', sign: 'text', stream: 'control', seq: 4 });
    expect(streams.get('control')).toBeUndefined();
    verifyOfStream(streams, { ...line, seq: 0 });
    expect(streams.get('control')).toMatchObject({ seq: 0, hash: line.hash });
  });
});
