import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { foundEvent } from '../../../../lib/broker/search/find.ts';
import { underOfEvent } from '../../../../lib/broker/search/found.ts';
import type { Control } from '../../../../lib/domain/control.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import type { RequestState } from '../../../../lib/domain/request.ts';
import { NO_STANDING } from '../../../../lib/domain/standing.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  entitlement,
  noon,
  outsider,
  recorded,
  secondApprover,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { REQUEST, life, stored } from './scene.ts';

const ROLE = entitlement().roleArn;

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
    const both = [approver.handle, outsider.handle];
    expect(foundEvent(made!, undefined)?.people).toEqual(both);
    expect(foundEvent(removed!, undefined, made)?.people).toEqual(both);
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
    expect(foundEvent(event, request)).toStrictEqual({
      ...{ eventId: event.eventId, stream: REQUEST, seq: 0, type: 'request.submitted', at: NOON, actor: event.actor },
      ...{ requestId: request.id, requester: engineer.handle, entitlementId: 'prod-admin', accountId: '111122223333' },
      ...{ roleArn: ROLE, people: [engineer.handle], words: words('why') },
    });
  });
});
