import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { concernsOf } from '../../../../lib/broker/search/concerns.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import type { HoldTarget } from '../../../../lib/domain/hold.ts';
import { engineer, handleOf, noon, recorded, security, words } from '../../../support/builders.ts';
import { eachEvent } from '../../../support/each-event.ts';

const [erin, other, third] = [engineer.handle, handleOf('other'), handleOf('third')];
const standing = { sameAs: [], linked: [], delegations: [], reservations: [] };

const BY = { by: security, at: noon(0) };
const stored = (event: RecordedEvent): StoredEvent => seal(undefined, 'control', event);

describe('an event by itself concerns', () => {
  const delegation = {
    ...{ id: 'd_1', by: erin, sameAs: [], to: other, groups: ['okta:sre-leads'] },
    ...{ madeAt: noon(0), startsAt: noon(0), endsAt: noon(3600) },
  };

  test.each([
    [
      'whoever was spoken for',
      stored(recorded('request.approved', { stage: 0, onBehalfOf: third }, BY)),
      { people: [third] },
    ],
    ['nobody else, where nobody was spoken for', stored(recorded('request.approved', { stage: 0 }, BY)), {}],
    [
      'what was said',
      stored(recorded('request.approved', { stage: 0, comment: words('yes') }, BY)),
      { words: words('yes') },
    ],
    [
      'both sides of a delegation, and why',
      stored(
        recorded('delegation.made', { delegation: { ...delegation, reason: words('away') }, carried: standing }, BY),
      ),
      { people: [erin, other], words: words('away') },
    ],
    [
      'who is no longer linked',
      stored(recorded('link.removed', { handle: other, carried: standing }, BY)),
      { people: [other] },
    ],
    [
      'who was linked',
      stored(recorded('link.made', { person: [erin, other], carried: standing }, BY)),
      { people: [erin, other] },
    ],
    [
      'who was forgotten',
      stored(recorded('person.forgotten', { handle: other, carried: standing }, BY)),
      { people: [other] },
    ],
    [
      'all identities of whose sessions were ended, and why',
      stored(
        recorded(
          'person.signed_out',
          { people: [erin, other], ended: 2, reason: words('lost'), carried: standing },
          BY,
        ),
      ),
      { people: [erin, other], words: words('lost') },
    ],
  ])('%s', (_what, event, concerns) => {
    expect(concernsOf(event)).toEqual(concerns);
  });

  test('why more time was asked for', () => {
    const asked = eachEvent().find(({ type }) => type === 'request.extension_requested');
    expect(asked && concernsOf(asked)).toEqual({ words: words('more') });
  });

  test.each([
    ['request#r_1', { requestId: 'r_1' }],
    ['refusals#r_1', { requestId: 'r_1' }],
    [`person#${other}`, { people: [other] }],
    ['signin#e_1', {}],
    ['control', {}],
    ['person', {}],
    ['request', {}],
  ])('of an alteration in %s what that stream is of', (stream, concerns) => {
    expect(concernsOf(stored(recorded('ledger.altered', { stream, seq: 0, change: 'remove' }, BY)))).toEqual(concerns);
  });

  test.each(['log.extended', 'checkpoint.signed'])('nothing that is to be found, where it is %s', (type) => {
    const found = eachEvent().filter((each) => each.type === type);
    expect(found.map((each) => concernsOf(each))).toEqual([undefined]);
  });
});

describe('what is taken away by its id concerns what the event before still carries', () => {
  const holdOn = (id: string, target: HoldTarget) => ({
    ...{ id, target, reason: words('held'), by: security.handle, at: noon(0) },
  });
  const control = {
    holds: [
      holdOn('h_p', { on: 'person', handle: erin }),
      holdOn('h_e', { on: 'entitlement', entitlementId: 'prod-admin' }),
      holdOn('h_a', { on: 'account', accountId: '111122223333' }),
    ],
  };
  const lifted = (holdId: string) =>
    stored(recorded('hold.lifted', { holdId, reason: words('over'), carried: { holds: [] } }, BY));
  const befores = [
    stored(recorded('hold.placed', { hold: holdOn('h_x', { on: 'person', handle: third }), carried: control }, BY)),
    stored(recorded('hold.lifted', { holdId: 'h_x', carried: control }, BY)),
    stored(recorded('policy.activated', { version: 'v', carried: control }, BY)),
  ];

  test.each(befores.map((before) => [before.type, before] as const))('a hold, behind %s', (_type, before) => {
    const said = { words: words('over') };
    expect(['h_p', 'h_e', 'h_a', 'h_unknown'].map((id) => concernsOf(lifted(id), before))).toEqual([
      { people: [erin], ...said },
      { entitlementId: 'prod-admin', ...said },
      { accountId: '111122223333', ...said },
      said,
    ]);
  });

  test('a hold, and nothing where nothing stands before it, or something else', () => {
    expect(concernsOf(lifted('h_p'))).toEqual({ words: words('over') });
    expect(concernsOf(lifted('h_p'), stored(recorded('request.ended', {}, BY)))).toEqual({ words: words('over') });
  });

  const delegationTo = (id: string, to: string) => ({
    ...{ id, by: erin, sameAs: [], to, groups: ['okta:sre-leads'] },
    ...{ madeAt: noon(0), startsAt: noon(0), endsAt: noon(3600) },
  });
  const removed = stored(recorded('delegation.removed', { delegationId: 'd_2', carried: standing }, BY));

  test('a delegation: whose it was, and who spoke', () => {
    const delegations = [delegationTo('d_1', other), delegationTo('d_2', third)];
    const before = stored(recorded('person.forgotten', { handle: erin, carried: { ...standing, delegations } }, BY));
    expect(concernsOf(removed, before)).toEqual({ people: [erin, third] });
  });

  test('a delegation, and nobody where it was not carried', () => {
    const befores = [
      undefined,
      stored(recorded('request.ended', {}, BY)),
      stored(recorded('policy.activated', { version: 'v', carried: control }, BY)),
    ];
    const gone = stored(recorded('person.forgotten', { handle: erin, carried: standing }, BY));
    expect([...befores, gone].map((before) => concernsOf(removed, before))).toEqual([{}, {}, {}, {}]);
  });
});
