import { beforeAll, describe, expect, test } from '@jest/globals';
import { hashCanonical, seal } from '../../lib/broker/chain.ts';
import type { LastOfStream, LastOfStreams } from '../../lib/broker/log/last-of-streams.ts';
import { type VerifiedLog, nothingVerified, verifyNext } from '../../lib/broker/log/verify-export.ts';
import type { BadPlace } from '../../lib/broker/log/bad-place.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { type LogStep, checkpointKey, exportLine, logOf } from '../support/audit-log.ts';
import { type ExportedStep, each, exportedStep, fileAndLine, partOf } from '../unit/broker/log/exported-step.ts';

const [EVENTS, EVERY] = [1000, 10];
/** Of the export behind a tampered event, which is read for saying what became of it: checkpoints. */
const AHEAD = 4;
const key = checkpointKey();
const steps: readonly LogStep[] = [...logOf({ events: EVENTS, every: EVERY, key, open: 8, secondsApart: 120 })];
const good = steps.map(exportedStep);
const events = steps.flatMap((step) => step.events);
const positions = events.map((_, index) => index);

/** What was verified before each checkpoint. The export before a tampered event is as it was: it is not verified a thousand times more. */
const before: { verified: VerifiedLog; streams: ReadonlyMap<string, LastOfStream> }[] = [];

/** What is set stays above what is there. */
const above = (below: ReadonlyMap<string, LastOfStream>, own = new Map<string, LastOfStream>()): LastOfStreams => ({
  size: 0,
  get: (stream) => own.get(stream) ?? below.get(stream),
  set: (stream, last) => void own.set(stream, last),
});

beforeAll(async () => {
  let [verified, streams] = [nothingVerified, new Map<string, LastOfStream>()];
  for (const exported of good) {
    before.push({ verified, streams });
    streams = new Map(streams);
    const step = await verifyNext(verified, partOf(exported), () => each([]), {
      ...{ keys: [key.publicKey], noted: [], streams: above(new Map(), streams) },
    });
    expect(step.bad).toBeUndefined();
    ({ verified } = step);
  }
});

const stepOf = (index: number): number => Math.floor(index / EVERY);

/** Verifies from the checkpoint on that is the first to cover the event at `index`. */
const verify = async (index: number, tampered: readonly ExportedStep[]): Promise<BadPlace | undefined> => {
  const at = stepOf(index);
  const { verified, streams } = before[at]!;
  const later = tampered.slice(at + 1, at + 1 + AHEAD).map(partOf);
  const against = { keys: [key.publicKey], noted: [], streams: above(streams) };
  return (await verifyNext(verified, partOf(tampered[at]!), () => each(later), against)).bad;
};

type Change = (of: readonly string[], position: number) => readonly string[];

/** The export with other lines, or other hashes beside the checkpoint, where the event at `index` is covered first. */
const tamper = (index: number, change: { lines?: Change; leaves?: Change }): readonly ExportedStep[] => {
  const unchanged: Change = (of) => of;
  const own = good[stepOf(index)]!;
  return good.with(stepOf(index), {
    ...own,
    lines: (change.lines ?? unchanged)(own.lines, index % EVERY),
    leaves: (change.leaves ?? unchanged)(own.leaves, index % EVERY),
  });
};

const exactly = (index: number) => {
  const { stream, seq } = events[index]!;
  const place = fileAndLine(steps[stepOf(index)]!, index % EVERY);
  return { index, stream, seq, checkpoint: stepOf(index), ...place };
};
/** Of what is gone itself: only the event after it in its stream still says where it was. */
const asFarAsKnown = (index: number) => {
  const { stream, seq, ...place } = exactly(index);
  const ahead = events.slice(index + 1, (stepOf(index) + 1 + AHEAD) * EVERY);
  const isContinued = ahead.some(({ prevHash }) => prevHash === events[index]!.hash);
  return isContinued ? { stream, seq, ...place } : place;
};

const another = (event: StoredEvent): StoredEvent => ({ ...event, eventId: `${event.eventId}!` });
const swapped: Change = (of, at) => of.with(at, of[at + 1]!).with(at + 1, of[at]!);
const without: Change = (of, at) => of.toSpliced(at, 1);
const renumbered = (index: number, lines: readonly string[]): readonly string[] =>
  lines.map((line, at) => line.replace(/^\{"index":\d+/, `{"index":${steps[stepOf(index)]!.first + at}`));
/** But for the last of a checkpoint: what crosses two of them has a test of its own. */
const insides = positions.filter((index) => index % EVERY !== EVERY - 1);

describe('an export of 1,000 events, in which somebody, at every position,', () => {
  test('alters a letter of an event', async () => {
    const altered: Change = (of, at) => of.with(at, of[at]!.replace('\\"eventId\\":\\"', '\\"eventId\\":\\"!'));
    for (const index of positions)
      expect(await verify(index, tamper(index, { lines: altered }))).toEqual({
        ...{ what: 'altered', sign: 'content' },
        ...exactly(index),
      });
  });

  test('alters what stands beside the text', async () => {
    const altered: Change = (of, at) => of.with(at, of[at]!.replace('"stream":"request#r_', '"stream":"request#r_B'));
    for (const index of positions)
      expect(await verify(index, tamper(index, { lines: altered }))).toEqual({
        ...{ what: 'altered', sign: 'line' },
        ...exactly(index),
      });
  });

  test('deletes an event, with the lines behind it renumbered', async () => {
    for (const index of positions)
      expect(await verify(index, tamper(index, { lines: (of, at) => renumbered(index, without(of, at)) }))).toEqual({
        what: 'dropped',
        sign: 'content',
        ...asFarAsKnown(index),
      });
  });

  test('takes the text of an event away', async () => {
    const taken: Change = (of, at) => of.with(at, of[at]!.replace(/,"canonical":.*/, '}'));
    for (const index of positions) {
      const at = stepOf(index);
      const { verified, streams } = before[at]!;
      const part = partOf(tamper(index, { lines: taken })[at]!);
      const against = { keys: [key.publicKey], noted: [], streams: above(streams) };
      const step = await verifyNext(verified, part, () => each([]), against);
      expect([step.bad, step.gone]).toEqual([
        undefined,
        { count: 1, first: { what: 'dropped', sign: 'text', ...exactly(index) } },
      ]);
    }
  });

  test('lets an event and the next one change places', async () => {
    for (const index of insides)
      expect(await verify(index, tamper(index, { lines: (of, at) => renumbered(index, swapped(of, at)) }))).toEqual({
        what: 'reordered',
        sign: 'content',
        ...exactly(index),
      });
  });

  test('lets the last event of a checkpoint and the first of the next change places', async () => {
    for (const index of positions.filter((each) => each % EVERY === EVERY - 1 && each < EVENTS - 1)) {
      const [own, next] = [good[stepOf(index)]!, good[stepOf(index) + 1]!];
      const tampered = good
        .with(stepOf(index), { ...own, lines: own.lines.with(-1, next.lines[0]!) })
        .with(stepOf(index) + 1, { ...next, lines: next.lines.with(0, own.lines.at(-1)!) });
      expect(await verify(index, tampered)).toEqual({ what: 'reordered', sign: 'content', ...exactly(index) });
    }
  });

  test('inserts an event of their own', async () => {
    for (const index of positions) {
      const own = seal(undefined, 'request#r_OWN', another(events[index]!));
      const inserted: Change = (of, at) => renumbered(index, of.toSpliced(at, 0, exportLine(index, own)));
      expect(await verify(index, tamper(index, { lines: inserted }))).toEqual({
        ...{ what: 'added', sign: 'content', ...exactly(index) },
        ...{ stream: 'request#r_OWN', seq: 0 },
      });
    }
  });

  test('inserts an event once more that stands elsewhere too', async () => {
    for (const index of positions) {
      const copied = events[(index + EVENTS / 2) % EVENTS]!;
      const inserted: Change = (of, at) => renumbered(index, of.toSpliced(at, 0, exportLine(index, copied)));
      expect(await verify(index, tamper(index, { lines: inserted }))).toEqual({
        ...{ what: 'added', sign: 'content', ...exactly(index) },
        ...{ stream: copied.stream, seq: copied.seq },
      });
    }
  });

  test('cuts the events off', async () => {
    for (const index of positions) {
      const cut = tamper(index, { lines: (of, at) => of.slice(0, at) }).map((each, k) =>
        k > stepOf(index) ? { ...each, lines: [] } : each,
      );
      expect(await verify(index, cut)).toMatchObject({
        ...{ what: 'dropped', sign: 'content', index, checkpoint: stepOf(index) },
      });
    }
  });
});

/** The events of one checkpoint, each with new hashes as far as those before it in its stream are other ones. */
const rehashed = (index: number, change: (of: readonly StoredEvent[], position: number) => readonly StoredEvent[]) => {
  const { events: own, first } = steps[stepOf(index)]!;
  const last = new Map(events.slice(0, first).map((event) => [event.stream, event]));
  const changed = change(own, index % EVERY).map(
    ({ hash: _hash, stream, seq: _seq, prevHash: _prevHash, v: _v, ...event }) => {
      const prev = last.get(stream);
      const at = prev && prev.at > event.at ? prev.at : event.at;
      const sealed = seal(prev, stream, { ...event, at });
      last.set(stream, sealed);
      return sealed;
    },
  );
  return {
    lines: () => changed.map((event, at) => exportLine(first + at, event)),
    leaves: () => changed.map(({ hash }) => hash),
  };
};

const REWRITES = [
  ['alters', 'altered', (of, at) => of.with(at, another(of[at]!))],
  ['deletes', 'dropped', (of, at) => of.toSpliced(at, 1)],
  ['inserts', 'added', (of, at) => of.toSpliced(at, 0, another(of[at]!))],
  // Which of the two it was nothing tells any more: all of it is written anew.
  ['moves', 'altered', (of, at) => (at === 0 ? [...of.slice(1), of[0]!] : [of[at]!, ...of.toSpliced(at, 1)])],
] as const satisfies readonly (readonly [
  string,
  BadPlace['what'],
  (of: readonly StoredEvent[], at: number) => readonly StoredEvent[],
])[];

describe('an export of 1,000 events, in which somebody who knows how hashes are made, at every position,', () => {
  // Behind the first bad place nothing is read: that they go on as well with all checkpoints after it changes nothing.
  test.each(REWRITES)(
    '%s an event, and works out anew all hashes that follow and those beside the checkpoint',
    async (_, what, change) => {
      for (const index of positions) {
        const { first, events: own } = steps[stepOf(index)]!;
        expect(await verify(index, tamper(index, rehashed(index, change)))).toEqual({
          ...{ what, sign: 'root', index: first, to: first + own.length - 1, checkpoint: stepOf(index) },
          file: partOf(good[stepOf(index)]!).file,
        });
      }
    },
  );

  test('alters an event and works out anew all hashes that follow, but not those beside the checkpoint', async () => {
    for (const index of positions) {
      const { lines } = rehashed(index, (of, at) => of.with(at, another(of[at]!)));
      expect(await verify(index, tamper(index, { lines }))).toEqual({
        ...{ what: 'altered', sign: 'content', ...exactly(index) },
      });
    }
  });

  test.each([
    ['altered', (of, at) => of.with(at, hashCanonical('another'))],
    ['dropped', without],
    ['added', (of, at) => of.toSpliced(at, 0, hashCanonical('another'))],
  ] satisfies [BadPlace['what'], Change][])('has a hash beside the checkpoint %s', async (what, leaves) => {
    for (const index of positions)
      expect(await verify(index, tamper(index, { leaves }))).toEqual({
        ...{ what, sign: 'leaves', index, checkpoint: stepOf(index), file: partOf(good[stepOf(index)]!).file },
      });
  });

  test('lets a hash beside the checkpoint and the next one change places', async () => {
    for (const index of insides)
      expect(await verify(index, tamper(index, { leaves: swapped }))).toMatchObject({
        ...{ what: 'reordered', sign: 'leaves', index, checkpoint: stepOf(index) },
      });
  });
});
