import { describe, expect, test } from '@jest/globals';
import { linkIdentities } from '../../../lib/broker/link-identities.ts';
import { readStanding } from '../../../lib/broker/person-stream.ts';
import { countReservations, reserveFor } from '../../../lib/broker/reservations.ts';
import { submitRequest, tryRequests } from '../../../lib/broker/submit-request.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, engineer, entitlement, noon, policy, principal, submitted } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, patient, unavailable } from '../../support/memory.ts';
import { acted, asked, codeOf, words } from './story.ts';

const colleague = principal('engineer.at.home', ['sre']);
const limited = (openRequests: number): AccessPolicy => ({
  ...policy([entitlement(), entitlement({ id: 'prod-read', approval: 'auto' })]),
  limits: { openRequests },
});
const deskOf = (openRequests = 2) => memoryDesk({ policy: limited(openRequests) });
const reserved = async (desk: MemoryDesk, who = engineer): Promise<readonly string[]> =>
  (await readStanding(desk.ledger, who.handle)).reservations.map(({ requestId }) => requestId);
const submit = (desk: MemoryDesk, idempotencyKey: string, who: Principal = engineer) =>
  submitRequest(desk, { principal: who, ask: words, idempotencyKey, patience: patient });
const openRule = async (desk: MemoryDesk): Promise<string | undefined> =>
  (await tryRequests(desk, engineer, [words])).rules.find(({ rule }) => rule === 'openRequests')?.outcome;

describe('open requests', () => {
  test('are reserved before they are made, and at the limit refused', async () => {
    const desk = deskOf();
    const ids = [await asked(desk), await asked(desk)];
    expect(await reserved(desk)).toEqual(ids);
    expect(await openRule(desk)).toBe('notSatisfied');
    const attempt = asked(desk);
    expect(await codeOf(attempt)).toBe('limit_reached');
    await expect(attempt).rejects.toMatchObject({ refusal: { retryAfterSeconds: 1800 } });
    // Nothing was written for the one that was refused.
    expect(desk.ledger.streams().filter((stream) => stream.startsWith('request#'))).toHaveLength(2);
  });

  test('that are approved at once count against nothing', async () => {
    const desk = deskOf(1);
    await asked(desk, { entitlementId: 'prod-read' });
    expect(await reserved(desk)).toStrictEqual([]);
    await asked(desk);
    await asked(desk, { entitlementId: 'prod-read' });
  });

  test.each(['approve', 'deny', 'cancel'] as const)('make room once somebody says %s', async (type) => {
    const desk = deskOf(1);
    const id = await asked(desk);
    expect(await openRule(desk)).toBe('notSatisfied');
    await acted(desk, id, type === 'cancel' ? engineer : approver, type === 'deny' ? { type, reason: 'no' } : { type });
    expect(await openRule(desk)).toBe('satisfied');
    const next = await asked(desk);
    expect(await reserved(desk)).toEqual([next]);
  });

  test('make room when they lapse, to the second', async () => {
    const desk = deskOf(1);
    await asked(desk);
    desk.clock.advance(1799);
    expect(await codeOf(asked(desk))).toBe('limit_reached');
    desk.clock.advance(1);
    await asked(desk);
  });

  test('are looked at ten at a time, the oldest first, and only at the limit', async () => {
    const ledger = memoryLedger();
    const read: string[] = [];
    const counting = { ...ledger, read: (stream: string) => (read.push(stream), ledger.read(stream)) };
    const desk = memoryDesk({ ledger: counting, policy: limited(12) });
    const ids: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      ids.push(await asked(desk));
      desk.clock.advance(1);
    }
    expect(read).toStrictEqual([]);
    await acted(desk, ids[3] ?? '', engineer, { type: 'cancel' });
    read.length = 0;
    await asked(desk);
    expect(read).toEqual(ids.slice(0, 10).map((id) => `request#${id}`));
    read.length = 0;
    expect(await codeOf(asked(desk))).toBe('limit_reached');
    expect(read).toHaveLength(12);
  });

  test('that were decided meanwhile are found by whoever is at the limit only when they reserve', async () => {
    const desk = deskOf(1);
    const { standing, ...counted } = await countReservations(desk, {
      ...{ handle: engineer.handle, standing: NO_STANDING, requestIds: ['r'], breakGlass: false },
    });
    const reserving = (requestId: string) =>
      reserveFor(desk, {
        ...{ principal: engineer, patience: patient, counted: { ...counted, standing } },
        submissions: [{ ...submitted().data, requestId, pendingUntil: noon(1800) }],
      });
    await acted(desk, await asked(desk), engineer, { type: 'cancel' });
    await reserving('r');
    expect(await reserved(desk)).toEqual(['r']);
    expect(await codeOf(reserving('s'))).toBe('limit_reached');
  });

  test('of linked identities count together, in one stream', async () => {
    const desk = deskOf();
    await linkIdentities(desk, { principal: engineer, other: colleague.handle, patience: patient });
    await asked(desk);
    await asked(desk, {}, colleague);
    expect(await codeOf(asked(desk))).toBe('limit_reached');
    expect(await codeOf(asked(desk, {}, colleague))).toBe('limit_reached');
  });

  test('that were made before two identities were linked count together afterwards', async () => {
    const desk = deskOf();
    const first = await asked(desk);
    await asked(desk, {}, colleague);
    await linkIdentities(desk, { principal: engineer, other: colleague.handle, patience: patient });
    expect(await codeOf(asked(desk))).toBe('limit_reached');
    expect(await codeOf(asked(desk, {}, colleague))).toBe('limit_reached');
    await acted(desk, first, engineer, { type: 'cancel' });
    await asked(desk, {}, colleague);
  });
});

describe('what was cut off', () => {
  const failingAt = (kind: string) => {
    const ledger = memoryLedger();
    let fails = true;
    const append: typeof ledger.append = (event) => {
      if (!fails || !event.stream.startsWith(kind)) return ledger.append(event);
      fails = false;
      return Promise.reject(unavailable());
    };
    return memoryDesk({ ledger: { ...ledger, append }, policy: limited(1) });
  };

  test('between reservation and request does not stand in the way of its own second try', async () => {
    const desk = failingAt('request#');
    expect(await codeOf(submit(desk, 'key'))).toBe('ledger_unavailable');
    const { id } = await submit(desk, 'key');
    expect(await reserved(desk)).toEqual([id]);
    expect(await desk.ledger.read(`person#${engineer.handle}`)).toHaveLength(1);
  });

  test('counts for two minutes, for it may be on its way, and then no longer', async () => {
    const desk = failingAt('request#');
    expect(await codeOf(submit(desk, 'one'))).toBe('ledger_unavailable');
    desk.clock.advance(120);
    expect(await codeOf(submit(desk, 'two'))).toBe('limit_reached');
    desk.clock.advance(1);
    const { id } = await submit(desk, 'two');
    expect(await reserved(desk)).toEqual([id]);
  });

  test('before the reservation leaves nothing behind', async () => {
    const desk = failingAt('person#');
    expect(await codeOf(submit(desk, 'key'))).toBe('ledger_unavailable');
    expect(desk.ledger.streams()).toStrictEqual([]);
  });
});

test('the same submission twice is reserved once', async () => {
  const desk = deskOf(1);
  const first = await submit(desk, 'key');
  expect((await submit(desk, 'key')).id).toBe(first.id);
  expect(await desk.ledger.read(`person#${engineer.handle}`)).toHaveLength(1);
});

describe('break-glass', () => {
  const glass = entitlement({
    breakGlass: {
      requesters: { groups: ['okta:sre'] },
      maxDurationSeconds: 600,
      issuesPerHour: 5,
      reviewWithinSeconds: 3600,
      reviewers: { groups: ['okta:security'] },
      notify: [],
    },
  });
  const deskOfGlass = () => memoryDesk({ policy: policy([glass]) });
  const broken = (desk: MemoryDesk, who = engineer) => asked(desk, { breakGlass: true, durationSeconds: 600 }, who);
  const reviewed = (desk: MemoryDesk, id: string) =>
    acted(desk, id, principal('reviewer', ['security']), { type: 'review', verdict: 'justified', comment: 'it was' });

  test('is for one at a time, over all identities of a person', async () => {
    const desk = deskOfGlass();
    await linkIdentities(desk, { principal: engineer, other: colleague.handle, patience: patient });
    await broken(desk);
    expect(await codeOf(broken(desk))).toBe('limit_reached');
    expect(await codeOf(broken(desk, colleague))).toBe('limit_reached');
    desk.clock.advance(600);
    await broken(desk, colleague);
  });

  test('is free again when it was ended early, and not before', async () => {
    const desk = deskOfGlass();
    const id = await broken(desk);
    await reviewed(desk, id);
    expect(await codeOf(broken(desk))).toBe('limit_reached');
    await acted(desk, id, engineer, { type: 'end' });
    await broken(desk);
  });

  test('waits for an overdue review, and goes on once it is done', async () => {
    const desk = deskOfGlass();
    const id = await broken(desk);
    desk.clock.advance(4199);
    await codeOf(broken(desk).then(() => Promise.reject(unavailable())));
    desk.clock.advance(1);
    expect(await codeOf(broken(desk))).toBe('review_overdue');
    await reviewed(desk, id);
    desk.clock.advance(599);
    await broken(desk);
  });

  test('attack: one key for an ordinary request and for break-glass at once gets nobody around the limit or the review', async () => {
    const ledger = memoryLedger();
    let races = true;
    const breaking = (idempotencyKey: string): Promise<{ readonly id: string }> =>
      submitRequest(desk, {
        ...{ principal: engineer, idempotencyKey, patience: patient },
        ask: { ...words, breakGlass: true, durationSeconds: 600 },
      });
    const append: typeof ledger.append = async (event) => {
      if (races && event.stream.startsWith('request#')) {
        races = false;
        await breaking('key');
      }
      return ledger.append(event);
    };
    const desk = memoryDesk({ policy: policy([glass]), ledger: { ...ledger, append } });
    expect(await codeOf(submit(desk, 'key'))).toBe('idempotency_conflict');
    expect(await codeOf(breaking('other'))).toBe('limit_reached');
    desk.clock.advance(4200);
    expect(await codeOf(breaking('other'))).toBe('review_overdue');
  });

  test('whose key became an ordinary request counts no longer as break-glass', async () => {
    const ledger = memoryLedger();
    let fails = true;
    const append: typeof ledger.append = (event) => {
      if (!fails || !event.stream.startsWith('request#')) return ledger.append(event);
      fails = false;
      return Promise.reject(unavailable());
    };
    const desk = memoryDesk({ policy: policy([glass]), ledger: { ...ledger, append } });
    const ask = { ...words, breakGlass: true, durationSeconds: 600 };
    const attempt = submitRequest(desk, { principal: engineer, ask, idempotencyKey: 'key', patience: patient });
    expect(await codeOf(attempt)).toBe('ledger_unavailable');
    await submit(desk, 'key');
    await broken(desk);
  });

  test('does not count as an open request, nor an open request as break-glass', async () => {
    const desk = memoryDesk({ policy: { ...policy([glass]), limits: { openRequests: 1 } } });
    await asked(desk);
    await broken(desk);
    expect(await codeOf(asked(desk))).toBe('limit_reached');
  });
});
