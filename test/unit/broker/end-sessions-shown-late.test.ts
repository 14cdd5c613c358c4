import { beforeEach, describe, expect, test } from '@jest/globals';
import { readBoundary } from '../../../lib/broker/boundary-text.ts';
import { type Boundaries, endSessions } from '../../../lib/broker/end-sessions.ts';
import { noon } from '../../support/builders.ts';
import { patient, unavailable } from '../../support/memory.ts';
import { requestIdOf } from '../../support/revocations.ts';
import { DENIED, EMPTY, ROLE, boundaryScene, deniedIn, documentOf, memoryBoundary } from './boundary-scene.ts';

const [ONE, TWO, THREE] = [requestIdOf(1), requestIdOf(2), requestIdOf(3)];

let scene: ReturnType<typeof boundaryScene>;
beforeEach(() => {
  scene = boundaryScene();
});
const end: typeof scene.end = (...args) => scene.end(...args);
const revoke: typeof scene.revoke = (...args) => scene.revoke(...args);

describe('until IAM shows it', () => {
  test('a write that shows late is waited for, and not repeated', async () => {
    await revoke(ONE);
    const { boundaries, versions } = memoryBoundary(EMPTY, 5);
    await end(boundaries, ONE);
    expect(versions).toHaveLength(2);
    expect(scene.clock.pauses).toHaveLength(6);
  });

  test('a write that never shows is an error in the end', async () => {
    await revoke(ONE);
    const { boundaries } = memoryBoundary(EMPTY, 1000);
    await expect(end(boundaries, ONE)).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(scene.clock.pauses).toEqual(Array(20).fill(500));
  });

  test('somebody who writes between our read and our write is not written over unread', async () => {
    await Promise.all([revoke(ONE), revoke(TWO), revoke(THREE)]);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    let reads = 0;
    const racing: Boundaries = {
      ...boundaries,
      read: async (role) => {
        reads += 1;
        if (reads === 2) await boundaries.write(role, documentOf({ requestIds: [TWO, THREE] }));
        return boundaries.read(role);
      },
    };
    await end(racing, ONE);
    expect(deniedIn(versions)).toEqual({ requestIds: [ONE, TWO, THREE] });
  });

  test('what somebody wrote after our read is never out of force, not even until our next write', async () => {
    await Promise.all([revoke(ONE), revoke(TWO), revoke(THREE)]);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    let reads = 0;
    const racing: Boundaries = {
      ...boundaries,
      read: async (role) => {
        const read = await boundaries.read(role);
        reads += 1;
        if (reads === 1) await boundaries.write(role, documentOf({ requestIds: [TWO, THREE] }));
        return read;
      },
    };
    await end(racing, ONE);
    expect(versions.slice(1).map((text) => readBoundary(text).ended.requestIds.length)).toEqual([2, 3]);
  });

  test('what could not be read at first is denied by another write, once ours is shown', async () => {
    await Promise.all([revoke(ONE), revoke(TWO)]);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    let reads = 0;
    const ledger = {
      read: (stream: string) => {
        reads += 1;
        return reads === 1 ? Promise.reject(unavailable()) : scene.ledger.read(stream);
      },
    };
    const ended = await endSessions({ ...scene.ender(boundaries), ledger }, ROLE, [ONE, TWO], patient);
    expect([...ended.values()]).toEqual([DENIED, DENIED]);
    expect(versions).toHaveLength(3);
  });

  test('no try is begun that there is no time for', async () => {
    await revoke(ONE);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await expect(endSessions(scene.ender(boundaries), ROLE, [ONE], { remainingMs: () => 4_999 })).rejects.toMatchObject(
      {
        code: 'aws_unavailable',
      },
    );
    expect(versions).toHaveLength(1);
    await endSessions(scene.ender(boundaries), ROLE, [ONE], { remainingMs: () => 5_000 });
    expect(versions).toHaveLength(2);
  });
});

describe('a deny that IAM did not show us yet, when we wrote over it', () => {
  /** Another's write is there and IAM shows the version before it, and none of the later ones, for so many reads more. */
  const staleFor = (reads: number, hidden: string) => {
    const { boundaries, versions } = memoryBoundary(EMPTY);
    versions.push(hidden);
    let left = reads;
    const isStale = () => (left -= 1) >= 0;
    const stale: Boundaries = {
      ...boundaries,
      read: (role) => (isStale() ? Promise.resolve({ versionId: 'v1', text: EMPTY }) : boundaries.read(role)),
      version: (role, versionId) => (left > 0 ? Promise.resolve(undefined) : boundaries.version(role, versionId)),
    };
    return { boundaries: stale, versions };
  };

  test.each([2, 3, 6, 15])('of a request is denied again, after %i reads that are behind', async (reads) => {
    await Promise.all([revoke(ONE), revoke(TWO)]);
    const { boundaries, versions } = staleFor(reads, documentOf({ requestIds: [ONE] }));
    expect(await end(boundaries, TWO)).toEqual(
      new Map([
        [ONE, DENIED],
        [TWO, DENIED],
      ]),
    );
    expect(versions.map((text) => readBoundary(text).ended.requestIds)).toEqual([[], [ONE], [TWO], [ONE, TWO]]);
  });

  test('is denied again as soon as its version can be read, though IAM shows the old default for long', async () => {
    await Promise.all([revoke(ONE), revoke(TWO)]);
    const { boundaries, versions } = staleFor(15, documentOf({ requestIds: [ONE] }));
    const writtenAfter: number[] = [];
    const recording: Boundaries = {
      ...boundaries,
      version: (_, versionId) => Promise.resolve(versions[Number(versionId.slice(1)) - 1]),
      write: (role, text) => {
        writtenAfter.push(scene.clock.pauses.length);
        return boundaries.write(role, text);
      },
    };
    await end(recording, TWO);
    expect(writtenAfter).toEqual([0, 1]);
    expect(deniedIn(versions)).toEqual({ requestIds: [ONE, TWO] });
  });

  test('of everybody is denied again', async () => {
    await revoke(TWO, { revokedAt: noon(72) });
    scene.clock.set(noon(73));
    const issuedBefore = '2026-03-02T12:01:11Z';
    const { boundaries, versions } = staleFor(2, documentOf({ requestIds: [], issuedBefore }));
    await end(boundaries, TWO);
    expect(deniedIn(versions)).toEqual({ requestIds: [TWO], issuedBefore });
  });

  test('is an error, and no success, where IAM never shows it', async () => {
    await Promise.all([revoke(ONE), revoke(TWO)]);
    const { boundaries } = staleFor(2, documentOf({ requestIds: [ONE] }));
    const never = { ...boundaries, version: () => Promise.resolve(undefined) };
    await expect(end(never, TWO)).rejects.toMatchObject({ code: 'aws_unavailable' });
  });

  test('is none where an account went back to a version of long ago, and dropped those in between', async () => {
    await Promise.all([revoke(ONE), revoke(TWO)]);
    const { boundaries, versions } = staleFor(2, documentOf({ requestIds: [ONE] }));
    versions.push(...Array.from({ length: 6 }, () => EMPTY));
    const kept = {
      ...boundaries,
      version: (...[role, id]: Parameters<Boundaries['version']>) =>
        Number(id.slice(1)) < 6 ? Promise.resolve(undefined) : boundaries.version(role, id),
    };
    await end(kept, TWO);
    expect(deniedIn(versions)).toEqual({ requestIds: [TWO] });
  });
});
