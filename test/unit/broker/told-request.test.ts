import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import { readTold } from '../../../lib/broker/told-request.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';
import {
  NOON,
  approved,
  approver,
  ask,
  engineer,
  entitlement,
  noon,
  policy,
  recorded,
  request,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';
import { memoryClock, memoryDesk, memoryPeople, memorySummaries, unavailable } from '../../support/memory.ts';

const ID = ask().requestId;
const earlier = (number: number) => `r_${String(number).repeat(26)}`;

/** A desk whose ledger holds these events, looked at a minute after noon. */
const deskOf = async (events: readonly RecordedEvent[], more: Parameters<typeof memoryDesk>[0] = {}) => {
  const people = memoryPeople(new Map([[engineer.handle, { displayName: 'Erin' }]]));
  const desk = memoryDesk({ clock: memoryClock(noon(60)), people, ...more });
  let last: StoredEvent | undefined;
  for (const event of events) {
    last = seal(last, `request#${ID}`, event);
    await desk.ledger.append(last);
  }
  return desk;
};
const toldOf = async (events: readonly RecordedEvent[], of?: readonly Entitlement[]) =>
  readTold(await deskOf(events, of ? { policy: policy(of) } : {}), ID);

test('a request that is not there is told to nobody', async () => {
  expect(await toldOf([])).toBeUndefined();
});

test('it is shown as the ledger has it now, with names', async () => {
  const told = await toldOf([submitted(), approved(approver, NOON)]);
  expect(told?.shown).toMatchObject({ id: ID, status: 'approved', requester: { displayName: 'Erin' }, seq: 1 });
});

describe('who is asked', () => {
  test('are the groups whose yes is missing', async () => {
    const of = entitlement({ approval: { stages: [stage('sre-leads'), stage('security')], withinSeconds: 1800 } });
    expect((await toldOf([submitted({}, { of })]))?.asked).toEqual({ groups: ['okta:sre-leads'] });
    expect((await toldOf([submitted({}, { of }), approved(approver, NOON)]))?.asked).toEqual({
      groups: ['okta:security'],
    });
  });

  test('is nobody once it is decided', async () => {
    expect((await toldOf([submitted(), approved(approver, NOON)]))?.asked).toEqual({ groups: [] });
  });

  test('are those of the extension, where that waits', async () => {
    const extension = recorded(
      'request.extension_requested',
      {
        ...{ justification: words('more'), durationSeconds: 600, pendingUntil: noon(1800) },
        stages: [stage('security')],
      },
      { by: engineer, at: noon(30) },
    );
    expect((await toldOf([submitted(), approved(approver, NOON), extension]))?.asked).toEqual({
      groups: ['okta:security'],
    });
  });

  test('are others too, once it is escalated', async () => {
    const escalation = { at: noon(60), to: { groups: ['okta:sre-managers'] } };
    expect((await toldOf([submitted({ escalation })]))?.asked).toEqual({
      groups: ['okta:sre-leads', 'okta:sre-managers'],
    });
    const later = { ...escalation, at: noon(61) };
    expect((await toldOf([submitted({ escalation: later })]))?.asked).toEqual({ groups: ['okta:sre-leads'] });
  });
});

describe('whether the yes has to come by the portal', () => {
  test.each([
    ['nothing asks for it', entitlement(), false],
    ['the channel does', entitlement({ approverRequires: { mfa: false, channel: 'portal' } }), true],
    ['MFA does', entitlement({ approverRequires: { mfa: true } }), true],
    ['a fresh sign-in does', entitlement({ approverRequires: { mfa: false, authenticatedWithinSeconds: 900 } }), true],
    ['the entitlement is gone', entitlement({ id: 'other' }), true],
  ])('%s', async (_why, of, byPortal) => {
    expect((await toldOf([submitted()], [of]))?.byPortal).toBe(byPortal);
  });
});

describe('what the requester asked for before', () => {
  const summaries = memorySummaries();
  const put = async (number: number, entitlementId: string, at: string, more: readonly RecordedEvent[] = []) => {
    const of = entitlement({ id: entitlementId });
    await summaries.put(summaryOf(request(submitted({ requestId: earlier(number) }, { of, at }), ...more)));
  };

  test('is counted, without this one and what came after it', async () => {
    await summaries.put(summaryOf(request(submitted())));
    await put(2, 'prod-admin', noon(-3600), [approved(approver, noon(-3000))]);
    await put(3, 'prod-read', noon(-7200));
    await put(4, 'prod-admin', noon(30));
    const told = await readTold(await deskOf([submitted()], { summaries }), ID);
    expect(told?.before).toEqual({ requests: 2, same: 1, lastApprovedAt: noon(-3000) });
  });

  test('is nothing for whoever asks for the first time', async () => {
    const told = await toldOf([submitted()]);
    expect(told?.before).toEqual({ requests: 0, same: 0 });
    expect(told?.unusual?.map(({ code }) => code)).toEqual(['first_time']);
  });

  test('is left out where the index does not say, and the operator hears of it', async () => {
    const silent = { ...memorySummaries(), ofRequester: () => Promise.reject(unavailable()) };
    const desk = await deskOf([submitted()], { summaries: silent });
    const told = await readTold(desk, ID);
    expect(told?.before).toBeUndefined();
    expect(told).not.toHaveProperty('unusual');
    expect(desk.warnings).toHaveLength(1);
  });
});
