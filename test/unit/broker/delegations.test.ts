import { describe, expect, test } from '@jest/globals';
import {
  type DelegationAsk,
  type DelegationView,
  listDelegations,
  makeDelegation,
  removeDelegation,
} from '../../../lib/broker/delegations.ts';
import { linkIdentities } from '../../../lib/broker/link-identities.ts';
import { listRequests } from '../../../lib/broker/list-requests.ts';
import { readStanding } from '../../../lib/broker/person-stream.ts';
import { readRequest } from '../../../lib/broker/read-request.ts';
import { viewRequests } from '../../../lib/broker/request-view.ts';
import { MAX_RECEIVED } from '../../../lib/domain/delegation.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, engineer, handleOf, noon, outsider, policy, principal, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, memoryPeople, patient, unavailable } from '../../support/memory.ts';
import { acted, asked, codeOf } from './story.ts';

const DAY = 86_400;
const everybody = [approver, engineer, outsider, security].map(
  ({ handle, displayName = '' }) => [handle, { displayName }] as const,
);
const deskOf = (parts: Parameters<typeof memoryDesk>[0] = {}): MemoryDesk =>
  memoryDesk({
    policy: { ...policy(), delegation: { maxSeconds: 14 * DAY } },
    people: memoryPeople(new Map(everybody)),
    ...parts,
  });
const made = (desk: MemoryDesk, ask: Partial<DelegationAsk> = {}, by: Principal = approver): Promise<DelegationView> =>
  makeDelegation(desk, {
    principal: by,
    patience: patient,
    ask: { to: outsider.handle, until: noon(DAY), ...ask },
  });
const removed = (desk: MemoryDesk, delegationId: string, by: Principal = approver) =>
  removeDelegation(desk, { principal: by, patience: patient, delegationId });
const idsOf = async (desk: MemoryDesk, who: Principal): Promise<readonly string[]> =>
  (await readStanding(desk.ledger, who.handle)).delegations.map(({ id }) => id);

describe('a delegation', () => {
  test('is seen by both, with names and the reason’s words', async () => {
    const desk = deskOf();
    const view = await made(desk, { reason: 'holidays', from: noon(60) });
    expect(view).toEqual({
      ...{ id: view.id, groups: ['okta:sre-leads'], from: noon(60), until: noon(DAY), reason: 'holidays' },
      by: { handle: approver.handle, displayName: 'approver' },
      to: { handle: outsider.handle, displayName: 'outsider' },
    });
    expect(view.id).toMatch(/^d_[A-Za-z0-9_-]{43}$/);
    expect(await listDelegations(desk, approver)).toEqual([view]);
    expect(await listDelegations(desk, outsider)).toEqual([view]);
  });

  test('whose words were forgotten is there all the same', async () => {
    const desk = deskOf();
    await made(desk, { reason: 'holidays' });
    desk.texts.forget(approver.handle);
    expect(await listDelegations(desk, outsider)).toMatchObject([{ reason: '' }]);
  });

  test('asked for twice is made once', async () => {
    const desk = deskOf();
    expect((await made(desk)).id).toBe((await made(desk)).id);
    expect(await desk.ledger.read(`person#${approver.handle}`)).toHaveLength(1);
    expect(await desk.ledger.read(`person#${outsider.handle}`)).toHaveLength(1);
  });

  test('is no longer listed when it is over', async () => {
    const desk = deskOf();
    await made(desk);
    desk.clock.advance(DAY);
    expect(await listDelegations(desk, approver)).toStrictEqual([]);
  });

  test('to nobody who ever signed in is refused', async () => {
    const desk = deskOf();
    await expect(made(desk, { to: handleOf('nobody') })).rejects.toMatchObject({
      refusal: { faults: [{ pointer: '/to', code: 'unknown_person' }] },
    });
    expect(desk.ledger.streams()).toStrictEqual([]);
  });

  test('that the rules refuse writes nothing, not even words', async () => {
    const desk = deskOf();
    expect(await codeOf(made(desk, { reason: 'no' }, engineer))).toBe('not_eligible');
    expect(desk.ledger.streams()).toStrictEqual([]);
  });

  test('that the delegate’s side refuses is not left with the one who gave it', async () => {
    const desk = deskOf();
    // Only the delegate's stream knows, as after a link that was cut off.
    await linkIdentities(desk, { principal: outsider, other: approver.handle, patience: patient });
    const known = deskOf({
      ledger: {
        ...desk.ledger,
        last: (stream) => (stream === `person#${approver.handle}` ? emptyThen(desk, stream) : desk.ledger.last(stream)),
      },
    });
    expect(await codeOf(made(known))).toBe('invalid_input');
    expect(await idsOf(desk, approver)).toStrictEqual([]);
  });

  test(`attack: more than ${MAX_RECEIVED} to one person`, async () => {
    const leads = Array.from({ length: MAX_RECEIVED + 1 }, (_, i) => principal(`lead-${i}`, ['sre-leads']));
    const desk = deskOf();
    for (const lead of leads.slice(1)) await made(desk, {}, lead);
    const [last = approver] = leads;
    expect(await codeOf(made(desk, {}, last))).toBe('limit_reached');
    expect(await idsOf(desk, last)).toStrictEqual([]);
  });

  test('that was cut off between the two is completed by the same ask', async () => {
    const ledger = memoryLedger();
    let fails = true;
    const append: typeof ledger.append = (event) => {
      if (!fails || event.stream !== `person#${outsider.handle}`) return ledger.append(event);
      fails = false;
      return Promise.reject(unavailable());
    };
    const desk = deskOf({ ledger: { ...ledger, append } });
    expect(await codeOf(made(desk))).toBe('ledger_unavailable');
    // It is shown to whom it may be ended by, and counts for nothing yet.
    expect([await idsOf(desk, approver), await idsOf(desk, outsider)]).toMatchObject([[expect.any(String)], []]);
    const { id } = await made(desk);
    expect(await idsOf(desk, outsider)).toEqual([id]);
  });
});

/** The first read finds nothing there. */
const unread = new WeakSet<MemoryDesk>();
const emptyThen = (desk: MemoryDesk, stream: string) => {
  if (unread.has(desk)) return desk.ledger.last(stream);
  unread.add(desk);
  return Promise.resolve(undefined);
};

describe('ending a delegation', () => {
  test.each([
    ['the one who gave it', approver],
    ['the one who got it', outsider],
  ])('by %s ends it for both', async (_who, who) => {
    const desk = deskOf();
    const { id } = await made(desk);
    const other = await made(desk, { to: security.handle });
    expect(await removed(desk, id, who)).toEqual(who === approver ? [other] : []);
    expect([await idsOf(desk, approver), await idsOf(desk, outsider)]).toEqual([[other.id], []]);
  });

  test('of somebody else’s finds none', async () => {
    const desk = deskOf();
    const { id } = await made(desk);
    expect(await codeOf(removed(desk, id, security))).toBe('not_found');
  });
});

describe('a delegation that is ended while it is made', () => {
  const [given, received] = [`person#${approver.handle}`, `person#${outsider.handle}`];

  /** Holds the step that `is` names back until `open` was called; `reached` is when it came there. */
  const gate = (is: (access: 'last' | 'append', stream: string) => boolean) => {
    const [opened, reached] = [signal(), signal()];
    let held = false;
    const pass = async (access: 'last' | 'append', stream: string): Promise<void> => {
      if (held || !is(access, stream)) return;
      held = true;
      reached.say();
      await opened.said;
    };
    return { pass, reached: reached.said, open: opened.say };
  };

  const through = (desk: MemoryDesk, { pass }: ReturnType<typeof gate>): MemoryDesk => ({
    ...desk,
    ledger: {
      ...desk.ledger,
      last: async (stream) => {
        await pass('last', stream);
        return desk.ledger.last(stream);
      },
      append: async (event) => {
        await pass('append', event.stream);
        return desk.ledger.append(event);
      },
    },
  });

  const idOfOnly = async (desk: MemoryDesk) => (await idsOf(desk, approver))[0] ?? 'none';

  test('before it counted is left with nobody, and whoever made it is told', async () => {
    const desk = deskOf();
    const before = gate((access, stream) => access === 'append' && stream === received);
    const making = codeOf(made(through(desk, before)));
    await before.reached;
    await removed(desk, await idOfOnly(desk));
    before.open();
    expect(await making).toBe('ledger_conflict');
    expect([await idsOf(desk, approver), await idsOf(desk, outsider)]).toEqual([[], []]);
  });

  test('by a call that had found nothing to end where it counts is left with nobody', async () => {
    const desk = deskOf();
    const arriving = gate((access, stream) => access === 'append' && stream === received);
    const making = made(through(desk, arriving));
    await arriving.reached;
    const ending = gate((access, stream) => access === 'append' && stream === given);
    const end = removed(through(desk, ending), await idOfOnly(desk));
    await ending.reached;
    arriving.open();
    await making;
    ending.open();
    await end;
    expect([await idsOf(desk, approver), await idsOf(desk, outsider)]).toEqual([[], []]);
  });
});

/** What one waits for and another says, once. */
const signal = (): { readonly said: Promise<unknown>; readonly say: () => void } => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    said: promise,
    say: () => {
      resolve(undefined);
    },
  };
};

describe('a delegate', () => {
  test('finds the request in the list, reads it, approves it, and is shown with whom they stood in for', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    expect(await codeOf(readRequest(desk, outsider, id))).toBe('not_found');
    await made(desk);
    const { requests } = await listRequests(desk, outsider, { as: 'approver', status: 'pending', limit: 10 });
    expect(requests.map((each) => each.id)).toEqual([id]);
    const { request } = await readRequest(desk, outsider, id);
    expect((await viewRequests(desk, outsider, [request]))[0]?.actions).toEqual(['approve', 'deny']);
    const approved = await acted(desk, id, outsider, { type: 'approve' });
    expect((await viewRequests(desk, engineer, [approved]))[0]?.stages[0]?.approvals).toMatchObject([
      { approver: { displayName: 'outsider' }, onBehalfOf: { displayName: 'approver' } },
    ]);
  });

  test('finds nothing any more when the delegation was ended', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    await removed(desk, (await made(desk)).id);
    expect(await codeOf(acted(desk, id, outsider, { type: 'approve' }))).toBe('not_found');
    const { requests } = await listRequests(desk, outsider, { as: 'approver', limit: 10 });
    expect(requests).toStrictEqual([]);
  });

  test('attack: the requester delegates to approve their own through somebody', async () => {
    const desk = deskOf();
    const lead = principal('lead', ['sre', 'sre-leads']);
    const id = await asked(desk, {}, lead);
    await made(desk, {}, lead);
    expect(await codeOf(acted(desk, id, outsider, { type: 'approve' }))).toBe('not_found');
  });

  test('attack: the requester’s other identity delegates, linked only afterwards', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    await made(desk);
    await linkIdentities(desk, { principal: engineer, other: approver.handle, patience: patient });
    expect(await codeOf(acted(desk, id, outsider, { type: 'approve' }))).toBe('not_found');
  });
});
