import { describe, expect, test } from '@jest/globals';
import { foundGrant, wasLive } from '../../../../lib/broker/search/find.ts';
import { underOfGrant } from '../../../../lib/broker/search/found.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  intended,
  noon,
  recorded,
  secondApprover,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { life } from './scene.ts';

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
