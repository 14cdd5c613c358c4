import { describe, expect, test } from '@jest/globals';
import { lastOfStreams } from '../../../../lib/broker/log/last-of-streams.ts';
import { leavesOf } from '../../../../lib/broker/log/verify-leaves.ts';
import { verifyLines } from '../../../../lib/broker/log/verify-lines.ts';
import { checkpointKey, exportLine, logOf } from '../../../support/audit-log.ts';
import { type ExportedStep, each, exportedStep, fileAndLine, partOf } from './exported-step.ts';

/** One request's, from its beginning on; and what the next checkpoint covers. */
const [own, next] = [...logOf({ events: 8, every: 4, key: checkpointKey(), open: 1 })].map(exportedStep) as [
  ExportedStep,
  ExportedStep,
];
const place = (of: ExportedStep, at: number) => ({ stream: of.step.events[at]!.stream, seq: of.step.events[at]!.seq });

/** @param later the lines of the next checkpoint's events */
const verify = (lines: readonly string[], later = next.lines, streams = lastOfStreams()) =>
  verifyLines(
    {
      ...{ part: partOf({ ...own, lines }), index: own.step.first, leaves: leavesOf(own.leaves) },
      later: () => each([partOf({ ...next, lines: later })]),
    },
    streams,
  );
const bad = async (lines: readonly string[], later = next.lines) => (await verify(lines, later)).bad;

/** Without its text. */
const gone = (line: string): string => line.replace(/,"canonical":.*/, '}');

describe("of a checkpoint's lines", () => {
  test('nothing is bad where they are what the log has', async () => {
    expect(await verify(own.lines)).toEqual({ gone: { count: 0 } });
  });

  test('the first that changed places is told, and where it stands', async () => {
    const [l0 = '', l1 = '', l2 = '', l3 = ''] = own.lines;
    const reordered = { what: 'reordered', sign: 'content', checkpoint: 0 };
    expect(await bad([l0, l2, l1, l3])).toEqual({
      ...reordered,
      ...place(own, 1),
      index: 1,
      ...fileAndLine(own.step, 1),
    });
    expect(await bad([l3, l1, l2, l0])).toEqual({
      ...reordered,
      ...place(own, 0),
      index: 0,
      ...fileAndLine(own.step, 0),
    });
  });

  test('one that changed places with an event of a later checkpoint is told so', async () => {
    const [last = '', later = ''] = [own.lines[3], next.lines[2]];
    expect(await bad(own.lines.with(3, later), next.lines.with(2, last))).toMatchObject({
      ...{ what: 'reordered', sign: 'content', ...place(own, 3), index: 3 },
    });
  });

  test('a copy of an earlier one was added: what stands before it does not follow it', async () => {
    expect(await bad(own.lines.toSpliced(2, 0, own.lines[0]!))).toMatchObject({
      ...{ what: 'added', sign: 'content', ...place(own, 0), index: 2, ...fileAndLine(own.step, 2) },
    });
    expect(await bad(own.lines.with(2, own.lines[0]!))).toMatchObject({ what: 'altered', ...place(own, 2), index: 2 });
  });

  test('one that is lacking at the end is told where it should stand: behind the last', async () => {
    const [, , , last] = own.lines;
    expect(await bad(own.lines.slice(0, 3))).toEqual({
      ...{ what: 'dropped', sign: 'content', ...place(own, 3), index: 3, checkpoint: 0, ...fileAndLine(own.step, 3) },
    });
    expect(await bad(own.lines.slice(0, 3), [...next.lines, last!])).toMatchObject({ what: 'reordered', index: 3 });
  });

  test('where there is none at all, the checkpoint itself is where they should stand', async () => {
    const { file } = partOf(own);
    expect(await bad([])).toEqual({ what: 'dropped', sign: 'content', index: 0, file, checkpoint: 0 });
  });

  test('those of which the text is gone are counted, the first is told, and what else is bad', async () => {
    const first = {
      what: 'dropped',
      sign: 'text',
      ...place(own, 1),
      index: 1,
      checkpoint: 0,
      ...fileAndLine(own.step, 1),
    };
    const taken = own.lines.with(1, gone(own.lines[1]!)).with(2, gone(own.lines[2]!));
    expect(await verify(taken)).toEqual({ gone: { count: 2, first } });
    const strange = exportLine(3, next.step.events[3]!);
    expect(await verify(taken.with(3, strange), [])).toMatchObject({
      gone: { count: 2, first },
      bad: { sign: 'content', index: 3 },
    });
  });

  test('one that does not continue its stream ends it, though the log has it: those behind it are not looked at', async () => {
    const streams = lastOfStreams();
    streams.set(place(own, 0).stream, { seq: 4, at: 0, hash: own.leaves[0]! });
    expect(await verify(own.lines.with(2, '?'), next.lines, streams)).toEqual({
      gone: { count: 0 },
      bad: { what: 'added', sign: 'chain', ...place(own, 0), index: 0, checkpoint: 0, ...fileAndLine(own.step, 0) },
    });
  });
});
