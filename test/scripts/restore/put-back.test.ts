import { describe, expect, test } from '@jest/globals';
import { checkpointText, parseCheckpoint } from '../../../lib/broker/log/checkpoint.ts';
import { rootOf } from '../../../lib/broker/log/frontier.ts';
import { CHECKPOINT, LOG, headOf } from '../../../lib/broker/log/head.ts';
import type { ExportPart } from '../../../lib/broker/log/verify-lines.ts';
import { certain } from '../../../lib/domain/invariant.ts';
import { putBack } from '../../../scripts/restore/put-back.ts';
import { logSoFar } from '../../../scripts/restore/log-so-far.ts';
import { type LogStep, checkpointKey, logOf } from '../../support/audit-log.ts';
import { type MemoryLedger, memoryClock, memoryLedger, seededChance } from '../../support/memory.ts';
import { each, exportedStep, partOf } from '../../unit/broker/log/exported-step.ts';

/** Each of a day of its own. */
const steps: readonly LogStep[] = [...logOf({ events: 260, every: 65, key: checkpointKey(), secondsApart: 1330 })];
const events = steps.flatMap((step) => step.events);
const parts = (of = steps): readonly ExportPart[] => of.map((step) => partOf(exportedStep(step)));

const restoreInto = (ledger: MemoryLedger, of = parts(), since?: string) =>
  putBack(
    each(of),
    { ledger, clock: memoryClock(), chance: seededChance(Math.random()), progress: () => {} },
    ...(since === undefined ? [] : [since]),
  );

const empty = (turn?: () => Promise<void>): MemoryLedger => memoryLedger(turn, null);

/** Everything but who wrote the log and the checkpoints into the ledger, and when. */
const contentsOf = async (ledger: MemoryLedger) => {
  const contents = new Map<string, unknown>();
  for (const stream of ledger.streams().filter((name) => name !== LOG && name !== CHECKPOINT))
    contents.set(stream, await ledger.read(stream));
  const data = async (stream: string) => (await ledger.read(stream)).map((event) => event.data);
  return { contents, log: await data(LOG), checkpoints: await data(CHECKPOINT) };
};

const whole = async () => {
  const ledger = empty();
  await restoreInto(ledger);
  return contentsOf(ledger);
};

describe('what an export has is put back', () => {
  test('into an empty ledger: each event, the log in its order, the checkpoints as they were signed', async () => {
    const ledger = empty();
    const outcome = await restoreInto(ledger);
    expect(outcome).toMatchObject({ put: 260, there: 0, missing: 0, position: { checkpoint: 4 } });
    for (const event of events) expect((await ledger.read(event.stream))[event.seq]).toEqual(event);
    const { frontier } = await headOf(ledger);
    const { checkpoint } = certain(steps.at(-1), 'there are steps');
    expect(checkpoint).toContain(rootOf(frontier).toString('base64url'));
    const { checkpoints } = await contentsOf(ledger);
    expect(checkpoints).toEqual(
      steps.map(({ checkpoint: text, signature, kid }) => ({ checkpoint: text, signature, kid })),
    );
  });

  test('where the log goes on: at the event behind its last', async () => {
    const ledger = empty();
    const { position } = await restoreInto(ledger);
    expect(position?.log).toBe((await ledger.read(LOG)).length);
  });

  test('only what is missing, the second time nothing', async () => {
    const ledger = empty();
    await restoreInto(ledger, parts().slice(0, 2));
    expect(await restoreInto(ledger)).toMatchObject({ put: 130, there: 130 });
    expect(await restoreInto(ledger)).toMatchObject({ put: 0, there: 260 });
    expect(await contentsOf(ledger)).toEqual(await whole());
  });

  test('where a few were taken out of the midst', async () => {
    const ledger = empty();
    await restoreInto(ledger);
    for (const { stream, seq } of [events[3], events[77], events[259]].map((e) => certain(e, 'it is there')))
      ledger.remove(stream, seq);
    expect(await restoreInto(ledger)).toMatchObject({ put: 3, there: 257 });
    expect(await contentsOf(ledger)).toEqual(await whole());
  });

  test('since a day, without a look at what is older', async () => {
    const ledger = empty();
    await restoreInto(ledger, parts().slice(0, 3));
    const since = certain(steps[3], 'there are four').at.slice(0, 10);
    expect(await restoreInto(ledger, parts(), since)).toMatchObject({ put: 65, there: 0 });
    expect(await contentsOf(ledger)).toEqual(await whole());
  });

  test('a text that was gone when it was exported is counted where the ledger has not got it either', async () => {
    const exported = steps.map((step) => exportedStep(step));
    const first = certain(exported[0], 'there are steps');
    const line = JSON.parse(certain(first.lines[5], 'there are lines')) as Record<string, unknown>;
    const { index, stream, seq, hash } = line;
    const lines = first.lines.with(5, JSON.stringify({ index, stream, seq, hash }));
    const gone = [{ ...first, lines }, ...exported.slice(1)].map(partOf);
    expect(await restoreInto(empty(), gone)).toMatchObject({ put: 259, missing: 1 });
    const ledger = empty();
    await restoreInto(ledger);
    expect(await restoreInto(ledger, gone)).toMatchObject({ there: 260, missing: 0 });
  });
});

test('cut off at any access to the ledger and run again, it ends the same', async () => {
  const few = parts([...logOf({ events: 40, every: 15, key: checkpointKey() })]);
  const undisturbed = empty();
  await restoreInto(undisturbed, few);
  const expected = await contentsOf(undisturbed);
  let cutAt = 0;
  for (let ended = false; !ended; cutAt += 1) {
    let left = cutAt;
    const ledger = empty(() => (left-- === 0 ? Promise.reject(new Error('cut off')) : Promise.resolve()));
    ended = await restoreInto(ledger, few).then(
      () => true,
      () => false,
    );
    left = -1;
    await restoreInto(ledger, few);
    expect(await contentsOf(ledger)).toEqual(expected);
  }
  expect(cutAt).toBeGreaterThan(50);
});

describe('attacks', () => {
  test('another event in a place is left as it is, and nothing goes in behind it', async () => {
    const ledger = empty();
    const victim = certain(events[70], 'it is there');
    const other = certain(
      [...logOf({ events: 260, every: 65, key: checkpointKey(), secondsApart: 1331 })]
        .flatMap((step) => step.events)
        .find(({ stream, seq }) => stream === victim.stream && seq === victim.seq),
      'the other log has such a place',
    );
    ledger.put(other);
    await expect(restoreInto(ledger)).rejects.toMatchObject({ fault: 'another_event' });
    expect((await ledger.part(victim.stream, victim.seq, victim.seq))[0]).toEqual(other);
    expect((await headOf(ledger)).frontier.size).toBe(65);
  });

  test('another checkpoint under a number is left as it is', async () => {
    const ledger = empty();
    const first = certain(steps[0], 'there are steps');
    const checkpoint = checkpointText({ ...parseCheckpoint(first.checkpoint), log: 'https://elsewhere.example.com' });
    await restoreInto(ledger, parts([{ ...first, checkpoint }]));
    await expect(restoreInto(ledger)).rejects.toMatchObject({ fault: 'another_checkpoint' });
  });

  test('a file that was exchanged after it was verified is not put back', async () => {
    const [first, ...rest] = steps.map((step) => exportedStep(step));
    const { lines, ...step } = certain(first, 'there are steps');
    const exchanged = lines.with(3, certain(lines[4], 'there are lines'));
    const ledger = empty();
    const changed = [{ ...step, lines: exchanged }, ...rest].map(partOf);
    await expect(restoreInto(ledger, changed)).rejects.toMatchObject({ fault: 'changed' });
    expect(ledger.streams()).toStrictEqual([]);
  });

  test('a day since which not all is missing is refused before anything is put', async () => {
    const since = certain(steps[3], 'there are four').at.slice(0, 10);
    const ledger = empty();
    await expect(restoreInto(ledger, parts(), since)).rejects.toMatchObject({ fault: 'since' });
    expect(ledger.streams()).toStrictEqual([]);
  });
});

describe('the ledger’s own log, for the export to be held against', () => {
  test('is none while it is empty', async () => {
    expect(await logSoFar(empty(), 260)).toBeUndefined();
  });

  test('is its end where the export goes further', async () => {
    const ledger = empty();
    await restoreInto(ledger, parts().slice(0, 2));
    expect(await logSoFar(ledger, 260)).toMatch(/^130:/);
  });

  test('is what it was at the export’s end where it goes further itself', async () => {
    const ledger = empty();
    await restoreInto(ledger, parts().slice(0, 2));
    const then = await logSoFar(ledger, 130);
    await restoreInto(ledger);
    expect(await logSoFar(ledger, 130)).toBe(then);
  });

  test('is refused where none of its events ends there', async () => {
    const ledger = empty();
    await restoreInto(ledger);
    await expect(logSoFar(ledger, 131)).rejects.toMatchObject({ fault: 'another_event' });
  });
});
