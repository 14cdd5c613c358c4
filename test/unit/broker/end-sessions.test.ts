import { beforeEach, describe, expect, test } from '@jest/globals';
import { readBoundary } from '../../../lib/broker/boundary-text.ts';
import { endSessions } from '../../../lib/broker/end-sessions.ts';
import { ALLOW_EVERYTHING } from '../../../lib/domain/boundary.ts';
import { allOverAt } from '../../../lib/domain/sessions-out.ts';
import { entitlement, noon, principal } from '../../support/builders.ts';
import { patient, unavailable } from '../../support/memory.ts';
import { requestIdOf, tell } from '../../support/revocations.ts';
import { DENIED, EMPTY, ROLE, boundaryScene, deniedIn, documentOf, memoryBoundary } from './boundary-scene.ts';

const [ONE, TWO, THREE] = [requestIdOf(1), requestIdOf(2), requestIdOf(3)];

let scene: ReturnType<typeof boundaryScene>;
beforeEach(() => {
  scene = boundaryScene();
});
const end: typeof scene.end = (...args) => scene.end(...args);
const revoke: typeof scene.revoke = (...args) => scene.revoke(...args);

describe('the boundary', () => {
  test('denies the sessions of what was revoked, in one version', async () => {
    await revoke(ONE);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    expect([...(await end(boundaries, ONE))]).toEqual([[ONE, DENIED]]);
    expect(versions).toEqual([EMPTY, documentOf({ requestIds: [ONE] })]);
  });

  test('goes on denying what it denied before', async () => {
    await Promise.all([revoke(ONE), revoke(TWO)]);
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    await end(boundaries, TWO);
    expect(deniedIn(versions)).toEqual({ requestIds: [ONE, TWO] });
  });

  test('is not written again when it says so already', async () => {
    await revoke(ONE);
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    expect([...(await end(boundaries, ONE))]).toEqual([[ONE, DENIED]]);
    expect(versions).toHaveLength(1);
  });

  test("keeps the account's own statements, and puts ours back that somebody changed or took out", async () => {
    const own = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }];
    const altered = [...own, { Sid: 'HatcheckOwn', Effect: 'Deny', Action: 'iam:GetRole', Resource: '*' }];
    const { boundaries, versions } = memoryBoundary(JSON.stringify({ Version: '2012-10-17', Statement: altered }));
    await end(boundaries);
    expect(versions.at(-1)).toBe(documentOf({ requestIds: [] }, own));
  });

  test('takes one statement by itself for a list of one', () => {
    expect(readBoundary(JSON.stringify({ Statement: ALLOW_EVERYTHING })).own).toEqual([ALLOW_EVERYTHING]);
  });
});

describe('the ledger decides', () => {
  test.each<[string, () => Promise<void>]>([
    ['has no such request', () => Promise.resolve()],
    ['says that it goes on', () => tell(scene.ledger, ONE, {})],
    [
      'says that it is of another role',
      () => revoke(ONE, { of: entitlement({ roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Other' }) }),
    ],
  ])('what somebody put on the boundary or the queue is not denied where the ledger %s', async (_, arrange) => {
    await arrange();
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    expect([...(await end(boundaries, ONE))]).toStrictEqual([]);
    expect(versions.at(-1)).toBe(EMPTY);
  });

  test('nothing is written while it is away, and what is denied stays denied', async () => {
    const denied = documentOf({ requestIds: [TWO] });
    const { boundaries, versions } = memoryBoundary(denied);
    const away = { ...scene.ender(boundaries), ledger: { read: () => Promise.reject(unavailable()) } };
    expect([...(await endSessions(away, ROLE, [ONE], patient))]).toEqual([
      [TWO, 'unread'],
      [ONE, 'unread'],
    ]);
    expect(versions).toEqual([denied]);
  });

  test('a request whose stream was tampered with keeps no other session alive, and stays denied if it was', async () => {
    await Promise.all([revoke(ONE), revoke(TWO), revoke(THREE)]);
    for (const id of [ONE, TWO])
      scene.ledger.alter(`request#${id}`, 1, (canonical) => canonical.replace('request.', 'request_'));
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    expect(await end(boundaries, TWO, THREE)).toEqual(
      new Map<string, unknown>([
        [ONE, 'unread'],
        [TWO, 'unread'],
        [THREE, DENIED],
      ]),
    );
    expect(deniedIn(versions)).toEqual({ requestIds: [ONE, THREE] });
  });

  test('what is wrong with our own code is no stream that cannot be read', async () => {
    const { boundaries } = memoryBoundary(EMPTY);
    const ledger = { read: () => Promise.reject(new TypeError('a bug')) };
    await expect(endSessions({ ...scene.ender(boundaries), ledger }, ROLE, [ONE], patient)).rejects.toThrow(TypeError);
  });
});

describe('a grant that its requester ended', () => {
  const { session } = entitlement();
  const ended = (revokeOnEnd: boolean) =>
    tell(scene.ledger, ONE, {
      of: entitlement({ session: { ...session, ...(revokeOnEnd ? { revokeOnEnd } : {}) } }),
      endedAt: noon(60),
    });

  test('goes on in the sessions that are out, unless access.yml says otherwise', async () => {
    await ended(false);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    expect([...(await end(boundaries, ONE))]).toStrictEqual([]);
    expect(versions).toEqual([EMPTY]);
  });

  test('is denied as a revoked one is, where access.yml says so', async () => {
    await ended(true);
    const { boundaries, versions } = memoryBoundary(EMPTY);
    expect([...(await end(boundaries, ONE))]).toEqual([[ONE, DENIED]]);
    expect(deniedIn(versions)).toEqual({ requestIds: [ONE] });
  });
});

describe('a deny is dropped', () => {
  test('when the last session is surely over, and not a second before', async () => {
    await revoke(ONE, { sessionsAt: [noon(0), noon(30)] });
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    scene.clock.set(noon(30 + 900 + 900 - 1));
    await end(boundaries);
    expect(versions).toHaveLength(1);
    scene.clock.advance(1);
    await end(boundaries);
    expect(versions.at(-1)).toBe(EMPTY);
  });

  test('an hour later where sessions may chain away', async () => {
    const { session } = entitlement();
    await revoke(ONE, { of: entitlement({ session: { ...session, chaining: true } }) });
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    scene.clock.set(noon(900 + 900 + 3600 - 1));
    await end(boundaries);
    expect(versions).toHaveLength(1);
    scene.clock.advance(1);
    await end(boundaries);
    expect(versions.at(-1)).toBe(EMPTY);
  });

  test('an hour after the deny was there, where it came late and sessions may chain: until then they went on chaining', async () => {
    const { session } = entitlement();
    const of = entitlement({ session: { ...session, chaining: true } });
    await revoke(ONE, { of, deniedAt: noon(5000) });
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    scene.clock.set(noon(5000 + 3600 + 900 - 1));
    await end(boundaries);
    expect(versions).toHaveLength(1);
    scene.clock.advance(1);
    await end(boundaries);
    expect(versions.at(-1)).toBe(EMPTY);
  });

  test('no later for a late deny, where sessions may not chain', async () => {
    await revoke(ONE, { deniedAt: noon(1700) });
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [ONE] }));
    scene.clock.set(noon(900 + 900));
    await end(boundaries);
    expect(versions.at(-1)).toBe(EMPTY);
  });

  test('a request that never opened a session is not denied at all', async () => {
    await revoke(ONE, { sessionsAt: [] });
    const { boundaries, versions } = memoryBoundary(EMPTY);
    expect([...(await end(boundaries, ONE))]).toEqual([[ONE, 'over']]);
    expect(versions).toEqual([EMPTY]);
  });
});

describe('too many for one policy', () => {
  const MANY = Array.from({ length: 300 }, (_, i) => requestIdOf(1000 + i));

  test('fifty at once each have their own deny', async () => {
    const fifty = MANY.slice(0, 50);
    await Promise.all(fifty.map((id) => revoke(id)));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    expect([...(await end(boundaries, ...fifty)).values()]).toEqual(fifty.map(() => DENIED));
    expect(deniedIn(versions)).toEqual({ requestIds: fifty });
    expect(scene.overflows).toStrictEqual([]);
  });

  test("end everybody's sessions that were opened until now, and say so; those revoked later have their own deny again", async () => {
    await Promise.all(MANY.map((id) => revoke(id, { by: principal(id, ['sre']) })));
    const { boundaries, versions } = memoryBoundary(EMPTY);
    expect(new Set([...(await end(boundaries, ...MANY)).values()].map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ by: 'token_issue_time', until: allOverAt('2026-03-02T12:01:11Z') })]),
    );
    expect(versions).toEqual([EMPTY, documentOf({ requestIds: [], issuedBefore: '2026-03-02T12:01:11Z' })]);
    expect(scene.overflows).toEqual([300]);
    await revoke(requestIdOf(999), { revokedAt: noon(71) });
    scene.clock.advance(5);
    await end(boundaries, requestIdOf(999));
    expect(deniedIn(versions)).toEqual({ requestIds: [requestIdOf(999)], issuedBefore: '2026-03-02T12:01:11Z' });
    expect(scene.overflows).toEqual([300]);
  });

  test('the deny of everybody is dropped when no session of then can be left', async () => {
    const issuedBefore = '2026-03-02T12:01:11Z';
    const { boundaries, versions } = memoryBoundary(documentOf({ requestIds: [], issuedBefore }));
    scene.clock.set(noon((Date.parse(allOverAt(issuedBefore)) - Date.parse(noon(0))) / 1000 - 1));
    await end(boundaries);
    expect(versions).toHaveLength(1);
    scene.clock.advance(1);
    await end(boundaries);
    expect(versions.at(-1)).toBe(EMPTY);
  });

  test("an account's own statements that leave no room are an error, not a boundary without denies", async () => {
    await revoke(ONE);
    const own = [ALLOW_EVERYTHING, { Effect: 'Deny', Action: 'x:y', Resource: `arn:aws:s3:::${'x'.repeat(6200)}` }];
    const { boundaries, versions } = memoryBoundary(JSON.stringify({ Version: '2012-10-17', Statement: own }));
    await expect(end(boundaries, ONE)).rejects.toMatchObject({ code: 'aws_unavailable' });
    await expect(end(boundaries)).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(versions).toHaveLength(1);
  });
});
