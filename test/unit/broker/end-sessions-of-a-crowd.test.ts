import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Boundaries } from '../../../lib/broker/end-sessions.ts';
import { allOverAt } from '../../../lib/domain/sessions-out.ts';
import { engineer, handleOf, noon, principal } from '../../support/builders.ts';
import { requestIdOf } from '../../support/revocations.ts';
import { DENIED, EMPTY, boundaryScene, deniedIn, documentOf, memoryBoundary } from './boundary-scene.ts';

const ONE = requestIdOf(1);

let scene: ReturnType<typeof boundaryScene>;
beforeEach(() => {
  scene = boundaryScene();
});
const end: typeof scene.end = (...args) => scene.end(...args);
const revoke: typeof scene.revoke = (...args) => scene.revoke(...args);

describe('too many denies of one person', () => {
  const MANY = Array.from({ length: 200 }, (_, i) => requestIdOf(1000 + i));
  const other = principal('other', ['sre']);
  const deniedNow = (versions: readonly string[]) => new Set(deniedIn(versions).requestIds);

  test('make room themselves: their older ones are left to one deny of theirs, and nobody else’s', async () => {
    await Promise.all(MANY.map((id, at) => revoke(id, { deniedAt: noon(61 + at / 1000) })));
    await revoke(ONE, { by: other });
    const { boundaries, versions } = memoryBoundary(EMPTY);
    scene.clock.set(noon(600));
    // As they came in, one after the other.
    await end(boundaries, ...MANY.slice(0, 120));
    const outcomes = await end(boundaries, ...MANY, ONE);
    expect(outcomes.get(ONE)).toEqual(DENIED);
    const issuedBefore = '2026-03-02T12:02:02Z';
    expect(deniedIn(versions).ofPeople).toEqual([{ handle: engineer.handle, issuedBefore }]);
    expect(deniedIn(versions)).not.toHaveProperty('issuedBefore');
    const single = deniedNow(versions);
    expect(MANY.map((id) => single.has(id))).toEqual(MANY.map((_, at) => at >= 100));
    expect([single.has(ONE), scene.crowds, scene.overflows]).toEqual([true, [[engineer.handle, 100]], []]);
    for (const id of MANY)
      expect(outcomes.get(id)).toEqual(single.has(id) ? DENIED : { by: 'source_identity', until: noon(1800) });
  });

  test('all at once: those that were never denied are left to a deny of what was opened until now', async () => {
    await Promise.all(MANY.map((id) => revoke(id)));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    const outcomes = await end(boundaries, ...MANY);
    expect(deniedIn(versions).ofPeople).toEqual([{ handle: engineer.handle, issuedBefore: '2026-03-02T12:01:11Z' }]);
    expect([deniedNow(versions).size, scene.crowds, scene.overflows]).toEqual([100, [[engineer.handle, 100]], []]);
    expect([...outcomes.values()].filter((one) => one !== 'over' && one !== 'unread')).toHaveLength(200);
  });

  test('are left to it in the order in which their denies were there, those without one last', async () => {
    // Fifty have no deny yet, then the latest denied comes first.
    const deniedAt = (at: number) => (at < 50 ? {} : { deniedAt: noon(61 + (200 - at) / 1000) });
    await revoke(ONE, { by: other });
    await Promise.all(MANY.map((id, at) => revoke(id, deniedAt(at))));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ONE, ...MANY);
    expect([...deniedNow(versions)].toSorted()).toEqual([ONE, ...MANY.slice(0, 100)].toSorted());
    expect(scene.crowds).toEqual([[engineer.handle, 100]]);
  });

  test('without a deny yet are left to it in the order in which they were revoked', async () => {
    await Promise.all(MANY.map((id, at) => revoke(id, { revokedAt: noon(60 + (200 - at) / 1000) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ...MANY);
    expect([...deniedNow(versions)]).toEqual(MANY.slice(0, 100));
  });

  test('never make their deny that is there hit less than it did', async () => {
    await Promise.all(MANY.map((id) => revoke(id, { deniedAt: noon(61) })));
    const issuedBefore = '2026-03-02T12:05:00Z';
    const ofPeople = [{ handle: engineer.handle, issuedBefore }];
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: MANY.slice(0, 120), ofPeople }));
    scene.clock.set(noon(600));
    const more = Array.from({ length: 40 }, (_, i) => requestIdOf(2000 + i));
    await Promise.all(more.map((id) => revoke(id, { revokedAt: noon(500) })));
    await end(boundaries, ...more);
    expect(scene.crowds).toEqual([[engineer.handle, 80]]);
    expect(deniedIn(versions).ofPeople).toEqual(ofPeople);
  });

  test('are no reason to leave what was revoked just now to it: it may have chained away since', async () => {
    await Promise.all(MANY.map((id) => revoke(id, { deniedAt: noon(61) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    scene.clock.set(noon(600));
    await end(boundaries, ...MANY);
    await revoke(ONE, { revokedAt: noon(60) });
    expect((await end(boundaries, ONE)).get(ONE)).toEqual(DENIED);
    expect(deniedNow(versions)).toContain(ONE);
  });

  test('who is left to it stays so when asked about again, and is over when the last of them must be', async () => {
    await Promise.all(MANY.map((id) => revoke(id, { deniedAt: noon(61) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ...MANY);
    const [left = ''] = MANY.filter((id) => !deniedNow(versions).has(id));
    const written = versions.length;
    scene.clock.set(noon(1799));
    expect((await end(boundaries, left)).get(left)).toEqual({ by: 'source_identity', until: noon(1800) });
    expect(versions).toHaveLength(written);
    scene.clock.set(noon(1800));
    expect((await end(boundaries, left)).get(left)).toBe('over');
  });

  test('make room until it fits, however many they are', async () => {
    const all = Array.from({ length: 400 }, (_, i) => requestIdOf(1000 + i));
    await Promise.all(all.map((id, at) => revoke(id, { revokedAt: noon(60 + at / 1000) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ...all);
    const single = deniedNow(versions);
    // Without a deny of before, those that were revoked last.
    expect(all.filter((id) => single.has(id))).toEqual(all.slice(300));
    expect([versions.length, scene.crowds]).toEqual([2, [[engineer.handle, 300]]]);
  });

  test('are told to the operator once, however late IAM shows it', async () => {
    await Promise.all(MANY.map((id) => revoke(id)));
    const { boundaries, versions } = memoryBoundary(EMPTY, 5);
    await end(boundaries, ...MANY);
    expect([versions.length, scene.crowds]).toEqual([2, [[engineer.handle, 100]]]);
  });

  test('and a second such person: each makes room for all others', async () => {
    const theirs = MANY.slice(0, 100);
    const others = Array.from({ length: 100 }, (_, i) => requestIdOf(2000 + i));
    await Promise.all(theirs.map((id) => revoke(id, { deniedAt: noon(61) })));
    await Promise.all(others.map((id) => revoke(id, { by: other, deniedAt: noon(61) })));
    await revoke(ONE, { by: principal('third', ['sre']) });
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ...theirs, ...others, ONE);
    expect(deniedIn(versions).ofPeople?.map(({ handle }) => handle)).toEqual([engineer.handle, other.handle].sort());
    expect([deniedNow(versions).size, scene.overflows]).toEqual([101, []]);
  });

  test('fifteen of each of many are nobody’s in particular: everybody’s sessions end', async () => {
    const all = Array.from({ length: 210 }, (_, i) => requestIdOf(3000 + i));
    await Promise.all(all.map((id, at) => revoke(id, { by: principal(`person-${at % 14}`, ['sre']) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ...all);
    expect(deniedIn(versions)).toEqual({ requestIds: [], issuedBefore: '2026-03-02T12:01:11Z' });
    expect([scene.overflows, scene.crowds]).toEqual([[210], []]);
  });

  test('sixteen of somebody are: these make room, as little as it is', async () => {
    const all = Array.from({ length: 154 }, (_, i) => requestIdOf(3000 + i));
    // Two have sixteen, eight have fifteen, two have one.
    const whose = (at: number) => (at < 32 ? at % 2 : at < 152 ? 2 + (at % 8) : at);
    await Promise.all(all.map((id, at) => revoke(id, { by: principal(`person-${whose(at)}`, ['sre']) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    await end(boundaries, ...all);
    expect(deniedNow(versions).size).toBe(138);
    expect(scene.crowds.map(([, requests]) => requests)).toEqual([8, 8]);
    expect(scene.overflows).toStrictEqual([]);
  });

  test('their deny goes when none of their sessions of then can be left, and with one of everybody’s', async () => {
    const issuedBefore = '2026-03-02T12:01:11Z';
    const ofPeople = [{ handle: handleOf('engineer'), issuedBefore }];
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [], ofPeople }));
    scene.clock.set(new Date(Date.parse(allOverAt(issuedBefore)) - 1000).toISOString());
    await end(boundaries);
    expect(versions).toHaveLength(1);
    scene.clock.advance(1);
    await end(boundaries);
    expect(versions.at(-1)).toBe(EMPTY);
    scene.clock.set(noon(120));
    const both = memoryBoundary(documentOf({ requestIds: [], ofPeople, issuedBefore: '2026-03-02T12:01:11Z' }));
    await end(both.boundaries);
    expect(deniedIn(both.versions)).toEqual({ requestIds: [], issuedBefore });
  });

  test('a deny of theirs that IAM did not show us yet, when we wrote over it, is there again, the later of two', async () => {
    const [early, late] = ['2026-03-02T12:01:00Z', '2026-03-02T12:01:11Z'];
    const { boundaries, versions } = memoryBoundary(
      documentOf({ requestIds: [], ofPeople: [{ handle: engineer.handle, issuedBefore: early }] }),
    );
    versions.push(documentOf({ requestIds: [], ofPeople: [{ handle: engineer.handle, issuedBefore: late }] }));
    await revoke(ONE);
    let reads = 0;
    const stale: Boundaries = {
      ...boundaries,
      read: (role) => {
        reads += 1;
        return reads <= 2 ? Promise.resolve({ versionId: 'v1', text: versions[0] ?? '' }) : boundaries.read(role);
      },
    };
    await end(stale, ONE);
    expect(deniedIn(versions)).toEqual({
      requestIds: [ONE],
      ofPeople: [{ handle: engineer.handle, issuedBefore: late }],
    });
  });
});
