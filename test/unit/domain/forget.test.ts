import { describe, expect, test } from '@jest/globals';
import { forgotten, isOpen, obstacleIn, unnamed } from '../../../lib/domain/forget.ts';
import { NO_STANDING, type Standing } from '../../../lib/domain/standing.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  handleOf,
  noon,
  pending,
  recorded,
  request,
  security,
  submitted,
  words,
} from '../../support/builders.ts';

const REVIEW = { reviewBy: noon(86_400), reviewers: { groups: ['okta:security'] } };
const OVER = noon(3600);

describe('what stands against forgetting the requester', () => {
  const id = pending().id;

  test('is a grant that is active, until its last moment', () => {
    const granted = request(submitted(), approved(approver, noon(0)));
    expect(obstacleIn(granted, noon(3599))).toEqual({ why: 'live_grant', requestId: id });
    expect(obstacleIn(granted, OVER)).toBeUndefined();
  });

  test('is a grant that has not begun', () => {
    const scheduled = request(submitted({ startAt: noon(600) }), approved(approver, noon(0)));
    expect(obstacleIn(scheduled, noon(1))).toEqual({ why: 'live_grant', requestId: id });
  });

  test('is a break-glass that nobody reviewed, after its end', () => {
    const broken = submitted({ breakGlass: REVIEW }, { of: entitlement({ approval: 'auto' }) });
    const data = { verdict: 'justified', comment: words('ok') } as const;
    const reviewed = recorded('request.reviewed', data, { by: security, at: noon(9) });
    expect(obstacleIn(request(broken), noon(1))).toEqual({ why: 'live_grant', requestId: id });
    expect(obstacleIn(request(broken), OVER)).toEqual({ why: 'review_owed', requestId: id });
    expect(obstacleIn(request(broken, reviewed), OVER)).toBeUndefined();
  });

  test('is a request that somebody may still approve, and none that nobody did in time', () => {
    expect(obstacleIn(pending(), noon(1))).toEqual({ why: 'open_request', requestId: id });
    expect(obstacleIn(pending(), noon(365 * 86_400))).toBeUndefined();
  });

  test.each([
    ['open_request', true],
    ['live_grant', true],
    ['review_owed', false],
  ] as const)('%s is open: %s', (why, open) => {
    expect(isOpen({ why, requestId: id })).toBe(open);
  });
});

test('identities of the person that were not named stand against it, each once', () => {
  const [one, other, third] = ['one', 'other', 'third'].map(handleOf) as [string, string, string];
  const links = (...sameAs: readonly string[]): Standing => ({ ...NO_STANDING, sameAs });
  const standings = [
    [one, links(other, third)],
    [other, links(one, third)],
  ] as const;
  expect(unnamed([one, other], standings)).toEqual([{ why: 'other_identity', handle: third }]);
  expect(unnamed([one, other, third], standings)).toStrictEqual([]);
});

test('that they were is on record with what is still known of them', () => {
  expect(forgotten(NO_STANDING, engineer.handle, noon(0))).toEqual({
    event: { type: 'person.forgotten', data: { handle: engineer.handle, carried: NO_STANDING } },
  });
});
