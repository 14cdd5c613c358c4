import { describe, expect, test } from '@jest/globals';
import { hold, lift, listHolds } from '../../../lib/broker/holds.ts';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import type { HoldTarget } from '../../../lib/domain/hold.ts';
import { certain } from '../../../lib/domain/invariant.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, auditor, engineer, handleOf, noon, outsider, principal, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryPeople, patient, unavailable } from '../../support/memory.ts';
import { acted, asked, by, codeOf, credentials, granted, issuerAt } from './story.ts';

const second = principal('security.second', ['security']);
const everything: HoldTarget = { on: 'all' };

const place = (desk: MemoryDesk, target: HoldTarget = everything, who: Principal = security, reason = 'an incident') =>
  hold(desk, { principal: who, named: target, reason, patience: patient });

const remove = (desk: MemoryDesk, holdId: string, who: Principal = security, reason?: string) =>
  lift(desk, { principal: who, holdId, patience: patient, ...(reason === undefined ? {} : { reason }) });

const issue = (desk: MemoryDesk, requestId: string) => issueCredentials(issuerAt(desk), by(requestId));

describe('a hold', () => {
  test('is felt by the next issue, the next yes and the next ask, and lifting it is too', async () => {
    const desk = memoryDesk();
    const live = await granted(desk);
    const waiting = await asked(desk);
    await issue(desk, live);

    const { id } = await place(desk);
    expect(await codeOf(issue(desk, live))).toBe('on_hold');
    expect(await codeOf(acted(desk, waiting, approver, { type: 'approve' }))).toBe('on_hold');
    expect(await codeOf(asked(desk))).toBe('on_hold');

    await remove(desk, id);
    await issue(desk, live);
    await acted(desk, waiting, approver, { type: 'approve' });
    await asked(desk);
  });

  test('is on record when it refused an issue', async () => {
    const desk = memoryDesk();
    const live = await granted(desk);
    const { id } = await place(desk);
    await codeOf(issue(desk, live));
    expect(await desk.ledger.read(`refusals#${live}`)).toMatchObject([
      { type: 'credentials.refused', data: { code: 'on_hold', reason: `${id} is in force on all` } },
    ]);
  });

  test('shows what it is on, who placed it when, and why', async () => {
    const people = memoryPeople(new Map([[security.handle, { displayName: 'Security' }]]));
    const desk = memoryDesk({ people });
    desk.clock.set(noon(60));
    const view = await place(desk, { on: 'person', handle: engineer.handle });
    expect(view).toStrictEqual({
      id: view.id,
      on: 'person',
      handle: engineer.handle,
      reason: 'an incident',
      by: { handle: security.handle, displayName: 'Security' },
      at: noon(60),
    });
    expect(view.id).toMatch(/^h_[0-9A-Z]{26}$/);
    expect(await listHolds(desk, security)).toStrictEqual([view]);
    expect(await listHolds(desk, auditor)).toStrictEqual([view]);
  });

  test('is shown without its reason once whoever wrote it was forgotten', async () => {
    const desk = memoryDesk();
    await place(desk);
    desk.texts.forget(security.handle);
    expect(await listHolds(desk, auditor)).toMatchObject([{ on: 'all', reason: '' }]);
  });

  test('keeps its reason beside the chain', async () => {
    const desk = memoryDesk();
    const { id } = await place(desk);
    await remove(desk, id, second, 'it was a drill');
    expect(JSON.stringify(await desk.ledger.read('control'))).not.toMatch(/an incident|a drill/);
  });

  test('keeps why it was lifted, by whoever lifted it; without a reason there is none', async () => {
    const desk = memoryDesk();
    await remove(desk, (await place(desk)).id, second, 'it was a drill');
    await remove(desk, (await place(desk)).id, second);
    const [said, unsaid] = (await desk.ledger.read('control')).flatMap((event) =>
      event.type === 'hold.lifted' ? [event.data] : [],
    );
    const ref = certain(said?.reason, 'it has a reason');
    expect([...(await desk.texts.get([{ author: second.handle, ref }])).values()]).toEqual(['it was a drill']);
    expect(unsaid).not.toHaveProperty('reason');
  });

  test('placed again is the one in force, whoever places it', async () => {
    const desk = memoryDesk();
    const first = await place(desk);
    expect(await place(desk, everything, second, 'another reason')).toEqual(first);
    expect(await desk.ledger.read('control')).toHaveLength(2);
  });

  test.each([engineer, approver, outsider])('is nothing that $displayName may see, place or lift', async (person) => {
    const desk = memoryDesk();
    expect(await codeOf(listHolds(desk, person))).toBe('not_found');
    expect(await codeOf(place(desk, everything, person))).toBe('not_found');
    const { id } = await place(desk);
    expect(await codeOf(remove(desk, id, person))).toBe('not_found');
    expect(await listHolds(desk, security)).toHaveLength(1);
  });

  test('is lifted once', async () => {
    const desk = memoryDesk();
    const { id } = await place(desk);
    const other = await place(desk, { on: 'person', handle: handleOf('somebody') });
    expect(await remove(desk, id)).toEqual([other]);
    expect(await codeOf(remove(desk, id))).toBe('not_found');
  });

  test('placed at the same moment as another: both stand', async () => {
    const desk = memoryDesk();
    await Promise.all([place(desk), place(desk, { on: 'person', handle: engineer.handle }, second)]);
    expect((await listHolds(desk, auditor)).map(({ on }) => on).sort()).toEqual(['all', 'person']);
  });
});

describe('a hold is placed while', () => {
  const refused = () => Promise.reject(unavailable());

  test('the stream of whoever places it cannot be read; lifting waits for it', async () => {
    const desk = memoryDesk();
    const last: MemoryDesk['ledger']['last'] = (stream) =>
      stream === `person#${security.handle}` ? refused() : desk.ledger.last(stream);
    const struck = { ...desk, ledger: { ...desk.ledger, last } };
    const { id } = await place(struck);
    expect(await codeOf(remove(struck, id))).toBe('ledger_unavailable');
    expect(await listHolds(desk, security)).toMatchObject([{ id }]);
  });

  test('its reason cannot be kept, and the operator hears of it', async () => {
    const desk = memoryDesk();
    const view = await place({ ...desk, texts: { ...desk.texts, put: refused } });
    expect(await listHolds(desk, security)).toEqual([view]);
    expect(view.reason).toBe('');
    expect(desk.warnings).toHaveLength(1);
  });

  test('no name and no word can be read: it is in force, and shown without them', async () => {
    const desk = memoryDesk();
    const view = await place({ ...desk, people: { get: refused } });
    expect(view).toStrictEqual({ id: view.id, on: 'all', reason: '', by: { handle: security.handle }, at: noon(0) });
    expect(desk.warnings).toHaveLength(1);
    expect(await listHolds(desk, security)).toMatchObject([{ id: view.id, reason: 'an incident' }]);
  });
});

describe('while control cannot be read', () => {
  const struck = async (): Promise<{ desk: MemoryDesk; live: string; waiting: string }> => {
    const desk = memoryDesk();
    const live = await granted(desk);
    const waiting = await asked(desk);
    const last: MemoryDesk['ledger']['last'] = (stream) =>
      stream === 'control' ? Promise.reject(unavailable()) : desk.ledger.last(stream);
    return { desk: { ...desk, ledger: { ...desk.ledger, last } }, live, waiting };
  };

  test('nothing grows: no ask, no yes, no credentials', async () => {
    const { desk, live, waiting } = await struck();
    expect(await codeOf(issue(desk, live))).toBe('ledger_unavailable');
    expect(await codeOf(acted(desk, waiting, approver, { type: 'approve' }))).toBe('ledger_unavailable');
    expect(await codeOf(asked(desk))).toBe('ledger_unavailable');
    expect(await codeOf(place(desk))).toBe('ledger_unavailable');
    expect(await codeOf(listHolds(desk, security))).toBe('ledger_unavailable');
  });

  test('what only takes away goes on', async () => {
    const { desk, live, waiting } = await struck();
    await acted(desk, waiting, approver, { type: 'deny', reason: 'no' });
    expect((await acted(desk, live, security, { type: 'revoke', reason: 'now' })).closed?.kind).toBe('revoked');
    expect(desk.warnings.length).toBeGreaterThan(0);
  });

  test('a control stream that somebody altered counts as one that cannot be read', async () => {
    const desk = memoryDesk();
    const live = await granted(desk);
    await place(desk);
    desk.ledger.alter('control', 1, (canonical) => canonical.replace('"all"', '"none"'));
    expect(await codeOf(issue(desk, live))).toBe('ledger_unavailable');
  });
});

test('a hold that comes while a role session is opened is felt by the next issue, not by that one', async () => {
  const desk = memoryDesk();
  const live = await granted(desk);
  const issuer = issuerAt(desk, { open: async () => (await place(desk), credentials) });
  await issueCredentials(issuer, by(live));
  expect(await codeOf(issue(desk, live))).toBe('on_hold');
});
