import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { findCarried, findOther } from '../../../../lib/broker/search/make-findable.ts';
import { type LedgerChange, watchLedger } from '../../../../lib/broker/watch-ledger.ts';
import type { Control } from '../../../../lib/domain/control.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import { NO_STANDING } from '../../../../lib/domain/standing.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  handleOf,
  intended,
  noon,
  outsider,
  recorded,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { unavailable } from '../../../support/memory.ts';
import { ID, STREAM, appended, watched, write } from '../watch-scene.ts';

const SPAN = { from: '2026-01-01T00:00:00.000Z', before: noon(9999), limit: 50 };
const EVERYTHING = { facet: 'everything', value: '' } as const;

type Watch = ReturnType<typeof watched>;

const events = async ({ search }: Watch) => (await search.events(EVERYTHING, SPAN)).items;
const grants = async ({ search }: Watch) => (await search.grants(EVERYTHING, SPAN)).items;

const REVOKED = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(60) });
const REFUSED = recorded(
  'credentials.refused',
  { requestId: ID, purpose: 'credentials', code: 'on_hold', reason: 'held' },
  { by: engineer, at: NOON },
);

/** Appended to a stream of its own, and told. */
const told = async (watch: Watch, stream: string, ...all: readonly RecordedEvent[]): Promise<StoredEvent> => {
  let last: StoredEvent | undefined;
  for (const event of all) {
    last = seal(last, stream, event);
    await watch.ledger.append(last);
    await watchLedger(watch, appended(last));
  }
  return last!;
};

describe('what the ledger’s stream tells is found', () => {
  test('a request’s events with its grant as it is in the end, whatever comes first and however often', async () => {
    const watch = watched();
    const all = await write(watch.ledger, submitted(), approved(approver, noon(1)), intended(noon(5)), REVOKED);
    for (const event of [...all.toReversed(), ...all]) await watchLedger(watch, appended(event));
    expect((await events(watch)).map(({ seq }) => seq)).toEqual([3, 2, 1, 0]);
    expect(await grants(watch)).toMatchObject([
      { requestId: ID, startsAt: noon(1), endsAt: noon(60), sessions: 1, seq: 3 },
    ]);
  });

  test('a refusal, with what the first event of its request says', async () => {
    const watch = watched();
    await write(watch.ledger, submitted({ ticket: 'OPS-1' }));
    await told(watch, `refusals#${ID}`, REFUSED);
    expect(await events(watch)).toMatchObject([{ type: 'credentials.refused', refused: 'on_hold', ticket: 'OPS-1' }]);
  });

  test('a refusal of a request that was altered, or is no request, without', async () => {
    const watch = watched();
    await write(watch.ledger, submitted());
    watch.ledger.alter(STREAM, 0, (canonical) => canonical.replace('3600', '3601'));
    await told(watch, `refusals#${ID}`, REFUSED);
    await watch.ledger.append(seal(undefined, 'request#r_B', REVOKED));
    await told(watch, 'refusals#r_B', { ...REFUSED, eventId: 'another' });
    expect(await events(watch)).toHaveLength(2);
    for (const found of await events(watch)) expect(found).not.toHaveProperty('accountId');
  });

  test('a hold that is lifted, on whom it was', async () => {
    const watch = watched();
    const [active] = await watch.ledger.read('control');
    const hold = {
      id: 'h_1',
      target: { on: 'person', handle: outsider.handle },
      reason: words('w'),
      by: security.handle,
      at: NOON,
    } as const;
    const carried: Control = { holds: [hold] };
    const placed = seal(active, 'control', recorded('hold.placed', { hold, carried }, { by: security, at: NOON }));
    const lifted = seal(
      placed,
      'control',
      recorded('hold.lifted', { holdId: 'h_1', carried: { holds: [] } }, { by: security, at: noon(1) }),
    );
    for (const event of [placed, lifted]) await watch.ledger.append(event);
    for (const event of [placed, lifted]) await watchLedger(watch, appended(event));
    const { items } = await watch.search.events({ facet: 'person', value: outsider.handle }, SPAN);
    expect(items.map(({ type }) => type)).toEqual(['hold.lifted', 'hold.placed']);
  });

  test('a delegation that is taken back, by whom it was for', async () => {
    const watch = watched();
    const delegation = {
      ...{ id: 'd_1', by: approver.handle, sameAs: [], to: outsider.handle, groups: [] },
      ...{ madeAt: NOON, startsAt: NOON, endsAt: noon(60) },
    };
    const carried = { ...NO_STANDING, delegations: [delegation] };
    await told(
      watch,
      `person#${approver.handle}`,
      recorded('delegation.made', { delegation, carried }, { by: approver, at: NOON }),
      recorded('delegation.removed', { delegationId: 'd_1', carried: NO_STANDING }, { by: approver, at: noon(1) }),
    );
    const { items } = await watch.search.events({ facet: 'person', value: outsider.handle }, SPAN);
    expect(items.map(({ type }) => type)).toEqual(['delegation.removed', 'delegation.made']);
  });

  test('sign-ins, links and alarms', async () => {
    const watch = watched();
    const SIGNED_IN = { provider: 'okta', method: 'browser', methods: ['pwd'] } as const;
    await told(watch, 'signin#1', recorded('signin.succeeded', SIGNED_IN, { by: engineer, at: NOON }));
    const person = [engineer.handle, handleOf('other')];
    await told(
      watch,
      `person#${engineer.handle}`,
      recorded('link.made', { person, carried: NO_STANDING }, { by: engineer, at: noon(1) }),
    );
    await told(
      watch,
      'alarm#2026-03-02',
      recorded('ledger.altered', { stream: 'control', seq: 1, change: 'modify' }, { by: engineer, at: noon(2) }),
    );
    expect((await events(watch)).map(({ type }) => type)).toEqual(['ledger.altered', 'link.made', 'signin.succeeded']);
  });

  test('no checkpoint, though it is told', async () => {
    const watch = watched();
    const data = { checkpoint: '{}', signature: '', kid: '' };
    await told(watch, 'checkpoint', recorded('checkpoint.signed', data, { by: engineer, at: NOON }));
    expect(await events(watch)).toStrictEqual([]);
  });

  test('nothing that does not follow what is there', async () => {
    const watch = watched();
    await write(watch.ledger, submitted());
    const forged = seal(seal(undefined, STREAM, submitted({ durationSeconds: 7 })), STREAM, approved(approver, NOON));
    await watch.ledger.append(forged);
    await watchLedger(watch, appended(forged));
    const elsewhere = seal(
      seal(undefined, 'control', REVOKED),
      'control',
      recorded('hold.lifted', { holdId: 'h', carried: { holds: [] } }, { by: security, at: noon(99) }),
    );
    await watch.ledger.append(elsewhere);
    await watchLedger(watch, appended(elsewhere));
    expect(await events(watch)).toStrictEqual([]);
  });
});

describe('an index that does not take it', () => {
  const failing = () => Promise.reject(unavailable());
  const stuck = (watch: Watch): Watch => ({
    ...watch,
    search: { ...watch.search, putEvent: failing, putGrant: failing },
  });

  test('holds up no revocation, no notice and no summary, and is told again', async () => {
    const watch = watched();
    const all = await write(watch.ledger, submitted(), approved(approver, noon(1)), intended(noon(5)), REVOKED);
    for (const event of all)
      await expect(watchLedger(stuck(watch), appended(event))).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(watch.revoked).toMatchObject([{ requestId: ID }]);
    expect(watch.sent.length).toBeGreaterThan(0);
    expect(await watch.listed()).toMatchObject([{ id: ID, seq: 3 }]);
    expect(await events(watch)).toStrictEqual([]);
    for (const event of all) await watchLedger(watch, appended(event));
    expect(await events(watch)).toHaveLength(4);
    expect(await grants(watch)).toHaveLength(1);
  });

  test('is never written before the revocation is sent', async () => {
    const watch = watched();
    const all = await write(watch.ledger, submitted(), approved(approver, noon(1)), intended(noon(5)), REVOKED);
    const order: string[] = [];
    const spied: Watch = {
      ...watch,
      revocations: { send: () => Promise.resolve(void order.push('revocation')) },
      search: {
        ...watch.search,
        putEvent: () => Promise.resolve(void order.push('found')),
        putGrant: () => Promise.resolve(void order.push('found')),
      },
    };
    await watchLedger(spied, appended(all.at(-1)!) satisfies LedgerChange);
    expect(order).toEqual(['revocation', 'found', 'found']);
  });

  test('the ledger is away: what says by itself whom it concerns is found all the same', async () => {
    const { search, ledger } = watched();
    const parts = { search, ledger: { ...ledger, pair: failing } };
    const signedIn = recorded(
      'signin.succeeded',
      { provider: 'okta', method: 'browser', methods: ['pwd'] },
      { by: engineer, at: NOON },
    );
    const active = recorded('policy.activated', { version: 'v', carried: { holds: [] } }, { by: engineer, at: NOON });
    await findOther(parts, seal(undefined, 'signin#1', signedIn));
    await findCarried(parts, seal(undefined, 'control', active));
    const { items } = await search.events(EVERYTHING, SPAN);
    expect(items.map(({ stream }) => stream).sort()).toEqual(['control', 'signin#1']);
  });

  test('the ledger is away: a refusal is told again', async () => {
    const watch = watched();
    const event = seal(undefined, `refusals#${ID}`, REFUSED);
    const away = { ...watch, ledger: { ...watch.ledger, pair: failing } };
    await expect(watchLedger(away, appended(event))).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });
});
