import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { foundEvent, foundGrant, wasLive } from '../../../../lib/broker/search/find.ts';
import { underOfEvent, underOfGrant } from '../../../../lib/broker/search/found.ts';
import type { Control } from '../../../../lib/domain/control.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import { type RequestState, fold } from '../../../../lib/domain/request.ts';
import { NO_STANDING } from '../../../../lib/domain/standing.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  outsider,
  recorded,
  secondApprover,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';

const REQUEST = 'request#r_AAAAAAAAAAAAAAAAAAAAAAAAAA';
const ROLE = entitlement().roleArn;

const stored = (stream: string, ...events: readonly RecordedEvent[]): readonly StoredEvent[] =>
  events.reduce<StoredEvent[]>((before, event) => [...before, seal(before.at(-1), stream, event)], []);

/** The last of these events of a request, and the request then. */
const life = (...events: readonly RecordedEvent[]): readonly [StoredEvent, RequestState] => {
  const all = stored(REQUEST, ...events);
  return [all.at(-1)!, fold(all)!];
};

const under = (event: StoredEvent, request?: RequestState, before?: StoredEvent): string[] => {
  const found = foundEvent(event, request, before);
  return found ? underOfEvent(found).map(({ facet, value }) => `${facet} ${value}`.trim()) : [];
};

const alone = (stream: string, event: RecordedEvent): StoredEvent => seal(undefined, stream, event);

describe('under what an event is found', () => {
  test('of a request: whatever the request says that never changes, and who takes part', () => {
    const [event, request] = life(
      submitted({ ticket: 'OPS-1#2' }),
      approved(approver, NOON, { onBehalfOf: secondApprover.handle }),
    );
    expect(under(event, request)).toEqual([
      'ticket OPS-1#2',
      ...[approver, engineer, secondApprover].map(({ handle }) => `person ${handle}`),
      `role ${ROLE}`,
      'entitlement prod-admin',
      'account 111122223333',
      'type request.approved',
      'everything',
    ]);
  });

  test('break-glass is found as that, to its last event', () => {
    const breakGlass = { reviewBy: noon(3600), reviewers: { groups: ['okta:security'] } };
    const [event, request] = life(
      submitted({ breakGlass }),
      recorded('request.reviewed', { verdict: 'justified', comment: words('w') }, { by: security, at: noon(9) }),
    );
    expect(under(event, request)).toContain('breakGlass');
  });

  test('whoever did it by system is nobody', () => {
    const [event, request] = life(submitted(), {
      ...recorded('request.lapsed', { pendingUntil: NOON }, { by: engineer, at: NOON }),
      actor: { kind: 'system', handle: 'on-schedule' },
    });
    expect(under(event, request).filter((one) => one.startsWith('person'))).toEqual([`person ${engineer.handle}`]);
  });

  const REFUSED = {
    requestId: 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA',
    purpose: 'credentials',
    code: 'on_hold',
    reason: 'held',
  } as const;

  test('a refusal of an issue, with what its request says; and without, where that cannot be read', () => {
    const event = alone(
      'refusals#r_AAAAAAAAAAAAAAAAAAAAAAAAAA',
      recorded('credentials.refused', REFUSED, { by: engineer, at: NOON }),
    );
    const [, request] = life(submitted());
    expect(under(event, request)).toEqual(expect.arrayContaining(['refusals', `role ${ROLE}`, 'account 111122223333']));
    expect(foundEvent(event, request)).toMatchObject({ refused: 'on_hold', requestId: REFUSED.requestId });
    expect(under(event)).toEqual([`person ${engineer.handle}`, 'refusals', 'type credentials.refused', 'everything']);
    expect(foundEvent(event, undefined)).toMatchObject({ refused: 'on_hold', requestId: REFUSED.requestId });
  });

  test('a no of a person, and a refused sign-in, are refusals; a yes is none', () => {
    const [denied, request] = life(
      submitted(),
      recorded('request.denied', { reason: words('no') }, { by: approver, at: NOON }),
    );
    expect(under(denied, request)).toContain('refusals');
    expect(foundEvent(denied, request)).toMatchObject({ refused: 'denied', words: words('no') });
    const signIn = recorded(
      'signin.refused',
      { provider: 'okta', method: 'browser', reason: 'replayed' },
      { by: outsider, at: NOON },
    );
    expect(under(alone('signin#1', signIn))).toContain('refusals');
    const [yes, other] = life(submitted(), approved(approver, NOON));
    expect(under(yes, other)).not.toContain('refusals');
  });

  const hold = (target: Control['holds'][number]['target']) => ({
    id: 'h_1',
    target,
    reason: words('why'),
    by: security.handle,
    at: NOON,
  });

  test.each([
    [{ on: 'person', handle: engineer.handle } as const, [`person ${engineer.handle}`]],
    [{ on: 'account', accountId: '111122223333' } as const, ['account 111122223333']],
    [{ on: 'entitlement', entitlementId: 'prod-admin' } as const, ['entitlement prod-admin']],
    [{ on: 'all' } as const, []],
  ])('a hold on %j, when it is placed and when it is lifted', (target, expected) => {
    const [placed, lifted] = stored(
      'control',
      recorded('hold.placed', { hold: hold(target), carried: { holds: [hold(target)] } }, { by: security, at: NOON }),
      recorded('hold.lifted', { holdId: 'h_1', carried: { holds: [] } }, { by: security, at: noon(9) }),
    );
    const more = (event: StoredEvent, before?: StoredEvent) =>
      under(event, undefined, before).filter((one) => !/^(?:everything|type )/.test(one));
    expect(more(placed!)).toEqual([`person ${security.handle}`, ...expected]);
    expect(more(lifted!, placed)).toEqual([`person ${security.handle}`, ...expected]);
    expect(more(lifted!)).toEqual([`person ${security.handle}`]);
  });

  test('what two people have to do with each other is found by both', () => {
    const delegation = {
      id: 'd_1',
      by: approver.handle,
      sameAs: [],
      to: outsider.handle,
      groups: [],
      madeAt: NOON,
      startsAt: NOON,
      endsAt: noon(60),
    };
    const [made, removed] = stored(
      `person#${outsider.handle}`,
      recorded(
        'delegation.made',
        { delegation, carried: { ...NO_STANDING, delegations: [delegation] } },
        { by: approver, at: NOON },
      ),
      recorded('delegation.removed', { delegationId: 'd_1', carried: NO_STANDING }, { by: approver, at: noon(1) }),
    );
    const both = [`person ${approver.handle}`, `person ${outsider.handle}`];
    expect(under(made!)).toEqual(expect.arrayContaining(both));
    expect(under(removed!, undefined, made)).toEqual(expect.arrayContaining(both));
    expect(under(removed!).filter((one) => one.startsWith('person'))).toHaveLength(2);
    expect(under(removed!, undefined, removed)).toEqual(under(removed!));
    expect(
      under(removed!, undefined, alone('control', recorded('request.ended', {}, { by: engineer, at: NOON }))),
    ).toHaveLength(4);
    const linked = alone(
      `person#${engineer.handle}`,
      recorded(
        'link.made',
        { person: [engineer.handle, outsider.handle], carried: NO_STANDING },
        { by: engineer, at: NOON },
      ),
    );
    expect(under(linked)).toContain(`person ${outsider.handle}`);
  });

  test('an alteration of somebody’s stream is found by them', () => {
    const of = (stream: string) =>
      alone('alarm#2026-03-02', {
        ...recorded('ledger.altered', { stream, seq: 3, change: 'modify' }, { by: engineer, at: NOON }),
        actor: { kind: 'system', handle: 'on-ledger-event' },
      });
    expect(under(of(`person#${outsider.handle}`))).toContain(`person ${outsider.handle}`);
    expect(foundEvent(of(REQUEST), undefined)).toMatchObject({ requestId: 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA' });
    expect(foundEvent(of('signin#1'), undefined)).not.toHaveProperty('requestId');
    expect(under(of('control'))).toEqual(['type ledger.altered', 'everything']);
  });

  test('an event of a request that nobody can read any more says at least of which', () => {
    expect(foundEvent(stored(REQUEST, submitted())[0]!, undefined)).toMatchObject({
      requestId: REQUEST.slice('request#'.length),
    });
  });

  test('that somebody was forgotten is found by their handle, which is all that is left', () => {
    const data = { handle: outsider.handle, carried: NO_STANDING };
    expect(
      under(alone(`person#${outsider.handle}`, recorded('person.forgotten', data, { by: security, at: NOON }))),
    ).toContain(`person ${outsider.handle}`);
  });

  test('the log and its checkpoints are not found: they are about events that are', () => {
    const log = { first: 0, entries: [], carried: { size: 0, frontier: [] } };
    expect(
      foundEvent(alone('log', recorded('log.extended', log, { by: engineer, at: NOON })), undefined),
    ).toBeUndefined();
  });

  test('it holds nobody’s words, and where they stand', () => {
    const [event, request] = life(submitted());
    expect(foundEvent(event, request)).toEqual({
      ...{ eventId: event.eventId, stream: REQUEST, seq: 0, type: 'request.submitted', at: NOON, actor: event.actor },
      ...{ requestId: request.id, requester: engineer.handle, entitlementId: 'prod-admin', accountId: '111122223333' },
      ...{ roleArn: ROLE, people: [engineer.handle], words: words('why') },
    });
  });
});

describe('a grant, as who could do what', () => {
  const auto = submitted({ autoApproved: true, stages: [] });

  test('is there from the last yes to its end, with who said it', () => {
    const [event, request] = life(submitted(), approved(approver, noon(60)));
    const found = foundGrant(event, request)!;
    expect(found).toMatchObject({ startsAt: noon(60), endsAt: noon(3660), liveUntil: noon(3660), sessions: 0, seq: 1 });
    expect(found.people).toEqual([engineer.handle, approver.handle]);
    expect(underOfGrant(found).map(({ facet }) => facet)).toEqual([
      'person',
      'person',
      'role',
      'entitlement',
      'account',
      'everything',
    ]);
  });

  test('is everybody’s who said yes, also to more time, and theirs in whose place it was said', () => {
    const more = recorded(
      'request.extension_requested',
      { durationSeconds: 600, justification: words('w'), stages: [], pendingUntil: noon(900) },
      { by: engineer, at: noon(70) },
    );
    const yes = approved(security, noon(80), { extension: true, onBehalfOf: secondApprover.handle });
    const found = foundGrant(...life(submitted(), approved(approver, noon(60)), more, yes))!;
    expect(found.people).toEqual([engineer.handle, approver.handle, security.handle, secondApprover.handle]);
    expect(found).not.toHaveProperty('breakGlass');
  });

  test('is not there before anybody said yes, nor after a no', () => {
    expect(foundGrant(...life(submitted()))).toBeUndefined();
    const denied = recorded('request.denied', { reason: words('no') }, { by: approver, at: NOON });
    expect(foundGrant(...life(submitted(), denied))).toBeUndefined();
  });

  test('is longer when it is extended, shorter when it is ended', () => {
    const more = recorded(
      'request.extended',
      { durationSeconds: 600, justification: words('w') },
      { by: engineer, at: noon(10) },
    );
    expect(foundGrant(...life(auto, more))).toMatchObject({ startsAt: NOON, endsAt: noon(4200), seq: 1 });
    const ended = recorded('request.ended', {}, { by: engineer, at: noon(20) });
    expect(foundGrant(...life(auto, more, ended))).toMatchObject({ endsAt: noon(20), liveUntil: noon(20) });
  });

  test('counts the sessions that were asked for', () => {
    expect(foundGrant(...life(auto, intended(noon(5))))).toMatchObject({ sessions: 1 });
  });

  test('of which sessions are still out could be used until they are denied, or over', () => {
    const revoked = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(60) });
    expect(foundGrant(...life(auto, intended(noon(5)), revoked))).toMatchObject({
      endsAt: noon(60),
      liveUntil: noon(905),
    });
    const denied = recorded('sessions.ended', { tookMs: 4000, by: 'boundary' }, { by: security, at: noon(64) });
    expect(foundGrant(...life(auto, intended(noon(5)), revoked, denied))).toMatchObject({ liveUntil: noon(64) });
  });

  test('sessions are over with the grant’s own end, as each carries it', () => {
    const revoked = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(3590) });
    expect(foundGrant(...life(auto, intended(noon(3500)), revoked))).toMatchObject({ liveUntil: noon(3600) });
  });

  test('an event that changes nothing of it is not told', () => {
    const issued = recorded(
      'credentials.issued',
      { intent: 'i', accessKeyId: 'ASIA', expiration: noon(900) },
      { by: engineer, at: noon(6) },
    );
    expect(foundGrant(...life(auto, intended(noon(5)), issued))).toBeUndefined();
  });

  const grant = foundGrant(...life(auto))!;

  test.each([
    ['all of it', noon(-10), noon(9000), true],
    ['its last second', noon(3599), noon(9000), true],
    ['what comes after it', noon(3600), noon(9000), false],
    ['its first instant', noon(-10), noon(0.001), true],
    ['what comes before it', noon(-10), NOON, false],
    ['its middle', noon(100), noon(101), true],
  ])('a window of %s', (_what, from, to, expected) => {
    expect(wasLive(grant, { from, to })).toBe(expected);
  });

  test('that was revoked before it began could never be used', () => {
    const later = submitted({ autoApproved: true, stages: [], startAt: noon(600) });
    const revoked = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(60) });
    expect(wasLive(foundGrant(...life(later, revoked))!, { from: NOON, to: noon(9000) })).toBe(false);
  });
});
