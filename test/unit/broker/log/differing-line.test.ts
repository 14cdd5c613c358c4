import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { type Beyond, differingLine } from '../../../../lib/broker/log/verify-order.ts';
import { leavesOf } from '../../../../lib/broker/log/verify-leaves.ts';
import { exportLine } from '../../../support/audit-log.ts';
import { eventsOf } from '../../../support/memory-log.ts';
import { each } from './exported-step.ts';

const [A, B] = ['request#a', 'request#b'] as const;
const [[a0, a1, a2, a3], [b0, b1]] = [eventsOf(A, 4), eventsOf(B, 2)] as unknown as [
  [StoredEvent, StoredEvent, StoredEvent, StoredEvent],
  [StoredEvent, StoredEvent],
];
/** An event that nobody logged. */
const [strange] = eventsOf('request#c', 1) as [StoredEvent];

const textOf = (line: StoredEvent | string): string => (typeof line === 'string' ? line : exportLine(0, line));
const linesOf = (of: readonly (StoredEvent | string)[]) => () =>
  each(of.map((line, at) => ({ file: 'events.jsonl', line: at + 1, text: textOf(line) })));
const hashesOf = (of: readonly StoredEvent[]) => leavesOf(of.map(({ hash }) => hash));

interface Case {
  readonly wanted?: StoredEvent;
  readonly found?: StoredEvent | string;
  /** What the log has further on; absent where the checkpoint's file is none. */
  readonly log?: readonly StoredEvent[];
  /** What stands further on. */
  readonly lines?: readonly (StoredEvent | string)[];
}

const differing = ({ wanted, found, log, lines = [] }: Case) => {
  const beyond: Beyond = { lines: linesOf(lines), ...(log ? { leaves: hashesOf(log) } : {}) };
  return differingLine({
    wanted: wanted?.hash,
    found: found === undefined ? undefined : { file: 'events.jsonl', line: 1, text: textOf(found) },
    beyond: () => each([beyond]),
  });
};

const place = ({ stream, seq }: StoredEvent) => ({ stream, seq });
/** What says only that it continues an event, and of its own place half. */
const continuing = ({ hash }: StoredEvent, half: object): string =>
  JSON.stringify({ canonical: JSON.stringify({ prevHash: hash, ...half }) });

describe('of the first line that is not what the log has', () => {
  const cases: readonly (readonly [string, Case, object])[] = [
    [
      'it is told that its event is the right one, and something beside it is not',
      { wanted: a1, found: exportLine(0, a1).replace('"seq":1', '"seq":7'), log: [a2], lines: [a2] },
      { what: 'altered', sign: 'line', ...place(a1) },
    ],
    [
      'it is told that it was added behind the last',
      { found: strange },
      { what: 'added', sign: 'content', ...place(strange) },
    ],
    ['it is told that it was added where it says nothing', { found: '?' }, { what: 'added', sign: 'content' }],
    [
      'it is told that it was added where what is wanted follows',
      { wanted: a1, found: strange, log: [a2], lines: [a1, a2] },
      { what: 'added', sign: 'content', ...place(strange) },
    ],
    [
      'it is told that it was added where it is a copy of one that follows, too',
      { wanted: a1, found: a2, log: [b0, a2], lines: [a1, b0, a2] },
      { what: 'added', sign: 'content', ...place(a2) },
    ],
    [
      'it is told that it changed places with what is wanted, which ends its stream',
      { wanted: a3, found: b0, log: [b1, b0], lines: [b1, a3] },
      { what: 'reordered', sign: 'content', ...place(a3) },
    ],
    [
      'the place is what the line says that has it, not what one says that continues it',
      { wanted: a1, found: a2, log: [a2], lines: [JSON.stringify({ ...place(b1), hash: a1.hash })] },
      { what: 'reordered', sign: 'content', ...place(b1) },
    ],
    [
      'it is told that another was dropped before it, which it continues',
      { wanted: a2, found: a3, log: [a3] },
      { what: 'dropped', sign: 'content', ...place(a2) },
    ],
    [
      'it is told that another was dropped before it, which one further on continues',
      { wanted: a1, found: b0, log: [b0, a2, a3], lines: [b1, a2, a3] },
      { what: 'dropped', sign: 'content', ...place(a1) },
    ],
    [
      'it is not told for the one that was dropped, of which nothing says what it was',
      { wanted: a3, found: b0, log: [b0, b1], lines: [b1] },
      { what: 'dropped', sign: 'content' },
    ],
    [
      'it is told that it stands instead of another, which one further on continues',
      { wanted: a1, found: strange, log: [a2], lines: [a2] },
      { what: 'altered', sign: 'content', ...place(a1) },
    ],
    [
      'it is told that it stands instead of another, by what it says itself where nothing else is known',
      { wanted: a3, found: strange, log: [b0], lines: [b0] },
      { what: 'altered', sign: 'content', ...place(strange) },
    ],
    [
      'it is told that it stands instead of another where it is a copy of one that follows',
      { wanted: a1, found: a2, log: [b0, a2], lines: [b0, a2] },
      { what: 'altered', sign: 'content', ...place(a1) },
    ],
    [
      'nothing is told by a checkpoint that is none',
      { wanted: a0, found: b0, lines: [b1] },
      { what: 'altered', sign: 'content', ...place(b0) },
    ],
    [
      'what ends too early lacks what is wanted',
      { wanted: a0, log: [a1], lines: [] },
      { what: 'dropped', sign: 'content' },
    ],
    [
      'what ends too early, and goes on in a later file, has another order',
      { wanted: a0, log: [a1], lines: [a0, a1] },
      { what: 'reordered', sign: 'content', ...place(a0) },
    ],
    [
      'no place is told by what has a number in no stream',
      { wanted: a1, found: b0, log: [b0], lines: [continuing(a1, { seq: 2 })] },
      { what: 'dropped', sign: 'content' },
    ],
    [
      'no place is told by what has no number in its stream',
      { wanted: a1, found: b0, log: [b0], lines: [continuing(a1, { stream: A })] },
      { what: 'dropped', sign: 'content' },
    ],
  ];

  test.each(cases)('%s', async (_, of, expected) => {
    expect(await differing(of)).toStrictEqual(expected);
  });
});
