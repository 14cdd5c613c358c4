import { describe, expect, test } from '@jest/globals';
import { headOf } from '../../../../lib/broker/log/head.ts';
import { notYetLogged } from '../../../../lib/broker/log/not-yet-logged.ts';
import type { Run } from '../../../../lib/broker/log/ports.ts';
import { sequence } from '../../../../lib/broker/log/sequence.ts';
import { patient } from '../../../support/memory.ts';
import { eventsOf, logWorld, runKey } from '../../../support/memory-log.ts';

const STREAM = 'request#r_1';
const events = eventsOf(STREAM, 6);

/** Six events of a request in the ledger, of which the log has the first four, two and two, behind two of another stream. */
const scene = async () => {
  const world = logWorld();
  const others = eventsOf('control', 2);
  for (const event of [...others, ...events]) world.ledger.put(event);
  await sequence(world.sequencer, others, patient);
  await sequence(world.sequencer, events.slice(0, 2), patient);
  await sequence(world.sequencer, events.slice(2, 4), patient);
  const reads: string[] = [];
  const part: typeof world.ledger.part = (stream, from, to) => {
    reads.push(`${stream} ${from}`);
    return world.ledger.part(stream, from, to);
  };
  const filler = { ...world.sequencer, ledger: { ...world.ledger, part } };
  const seqsOf = async (...told: readonly number[]) => {
    const found = await notYetLogged(
      filler,
      await headOf(world.ledger),
      STREAM,
      told.map((seq) => events[seq]!),
    );
    return found.map(({ seq }) => seq);
  };
  return { ...world, reads, seqsOf };
};

describe('what of a stream has to go into the log', () => {
  test.each([
    ['nothing that is there', [1, 2, 3], []],
    ['what is not there, in order and once', [5, 4, 4, 3], [4, 5]],
  ])('is %s; runs and tiles say so', async (_, told, expected) => {
    const { reads, seqsOf } = await scene();
    expect(await seqsOf(...told)).toEqual(expected);
    expect(reads).toEqual([]);
  });

  test('is what was never told before it, from behind its last run', async () => {
    const { reads, seqsOf, told } = await scene();
    expect(await seqsOf(5)).toEqual([4, 5]);
    expect(reads[0]).toBe(`${STREAM} 4`);
    expect(told).toEqual([]);
  });

  test('is not what is missing in the ledger: the gap is told', async () => {
    const { ledger, seqsOf, told } = await scene();
    ledger.remove(STREAM, 4);
    expect(await seqsOf(5)).toEqual([5]);
    expect(told).toEqual([`gap before ${STREAM} 5`]);
  });

  test.each<readonly [string, Run]>([
    ['another index', { stream: STREAM, last: 3, count: 2, index: 3 }],
    ['an index behind the log', { stream: STREAM, last: 3, count: 2, index: 300 }],
    ['another count', { stream: STREAM, last: 3, count: 1, index: 4 }],
  ])('is nothing that the log has, where its run says %s; the run is made anew', async (_, run) => {
    const { places, seqsOf, told } = await scene();
    const good = places.runs.get(runKey(run));
    await places.putRun(run);
    expect(await seqsOf(2, 3)).toEqual([]);
    expect(told).toEqual(['repaired run']);
    expect(places.runs.get(runKey(run))).toEqual(good);
  });

  test('is nothing that the log has, where its run was taken away', async () => {
    const { places, seqsOf, told } = await scene();
    places.runs.delete(runKey({ stream: STREAM, last: 3 }));
    expect(await seqsOf(3, 4)).toEqual([4]);
    expect(told).toEqual(['repaired run']);
  });
});
