import { describe, expect, test } from '@jest/globals';
import { type ReviewOptions, type ReviewedRequest, reviewAccess } from '../../../lib/domain/access-review.ts';
import { handleOf, noon } from '../../support/builders.ts';

const DAY = 86_400;
const ROLE = 'arn:aws:iam::111122223333:role/hatcheck/Admin';
const ADMIN = { entitlementId: 'prod-admin', roleArn: ROLE, eligible: ['okta:sre'] };
const ENGINEER = handleOf('engineer');

/** Ninety days are looked back on from noon. */
const options = (more: Partial<ReviewOptions> = {}): ReviewOptions => ({
  ...{ since: noon(-90 * DAY), now: noon(0), entitlements: [ADMIN] },
  ...more,
});

/** Asked for and granted for an hour, so many days ago. */
const granted = (daysAgo: number, more: Partial<ReviewedRequest> = {}): ReviewedRequest => {
  const at = (seconds: number) => noon(-daysAgo * DAY + seconds);
  return {
    ...{ id: 'r_1', entitlementId: 'prod-admin', roleArn: ROLE, requester: ENGINEER, createdAt: at(0) },
    grant: { startsAt: at(0), endsAt: at(3600) },
    sessions: [{ at: at(60), accessKeyId: 'ASIA1', expiration: at(3600) }],
    ...more,
  };
};

describe('an entitlement', () => {
  const unused = (...requests: readonly ReviewedRequest[]) => reviewAccess(requests, options()).unusedEntitlements;

  test('that nobody ever asked for is unused', () => {
    expect(unused()).toEqual([ADMIN]);
  });

  test('that was last used longer ago is unused, and it says when', () => {
    expect(unused(granted(100), granted(91))).toEqual([{ ...ADMIN, lastUsedAt: noon(-91 * DAY + 60) }]);
  });

  test('that was used at the first moment that counts is used', () => {
    expect(unused(granted(90))).toStrictEqual([]);
  });

  test('that was asked for and never used is unused: asking opens nothing', () => {
    expect(unused(granted(1, { sessions: [] }))).toEqual([ADMIN]);
  });

  test('another’s use is not its own', () => {
    expect(unused(granted(1, { entitlementId: 'prod-read' }))).toEqual([ADMIN]);
  });
});

describe('an eligibility', () => {
  const unused = (...requests: readonly ReviewedRequest[]) => reviewAccess(requests, options()).unusedEligibilities;

  test('of somebody who neither asked nor used since is unused', () => {
    const [later, earlier] = [granted(100), granted(120)];
    const found = {
      ...{ entitlementId: 'prod-admin', requester: ENGINEER },
      ...{ lastAskedAt: noon(-100 * DAY), lastUsedAt: noon(-100 * DAY + 60) },
    };
    expect([unused(later, earlier), unused(earlier, later)]).toEqual([[found], [found]]);
  });

  test('each person has their own', () => {
    const other = granted(1, { requester: handleOf('other') });
    expect(unused(granted(100), other).map(({ requester }) => requester)).toEqual([ENGINEER]);
  });

  test('of somebody who asked since, or who used what they asked for before, is none', () => {
    expect(unused(granted(1, { sessions: [] }))).toStrictEqual([]);
    const late = { at: noon(-89 * DAY), accessKeyId: 'ASIA2', expiration: noon(-88 * DAY) };
    expect(unused(granted(91, { sessions: [late] }))).toStrictEqual([]);
  });

  test('of what access.yml no longer has is gone already', () => {
    expect(unused(granted(100, { entitlementId: 'gone' }))).toStrictEqual([]);
  });
});

describe('a grant that is over', () => {
  const little = (request: ReviewedRequest, more: Partial<ReviewOptions> = {}) =>
    reviewAccess([request], options(more)).littleUsed;
  const start = -1 * DAY;
  const used = (seconds: number) => [{ at: noon(start), accessKeyId: 'ASIA1', expiration: noon(start + seconds) }];

  test('of which less than half was used is little used', () => {
    expect(little(granted(1, { sessions: used(1799) }))).toEqual([
      {
        ...{ requestId: 'r_1', entitlementId: 'prod-admin', requester: ENGINEER, startsAt: noon(start) },
        ...{ grantedSeconds: 3600, usedSeconds: 1799, sessions: 1 },
      },
    ]);
    expect(little(granted(1, { sessions: used(1800) }))).toStrictEqual([]);
  });

  test('that nobody used at all is the least used', () => {
    expect(little(granted(1, { sessions: [] }))).toMatchObject([{ usedSeconds: 0, sessions: 0 }]);
  });

  test('with CloudTrail goes by the last thing that was done, and says what was done', () => {
    const did = (seconds: number, action: string, accessKeyId = 'ASIA1') => ({
      ...{ at: noon(start + seconds), action, accessKeyId },
    });
    const activity = [did(20, 's3:PutObject'), did(600, 's3:GetObject'), did(30, 's3:GetObject')];
    const others = did(3000, 'iam:CreateUser', 'ASIA9');
    expect(little(granted(1), { activity: [...activity, others] })).toMatchObject([
      { usedSeconds: 600, actions: ['s3:GetObject', 's3:PutObject'] },
    ]);
    expect(little(granted(1), { activity: [] })).toMatchObject([{ usedSeconds: 0, actions: [] }]);
    expect(little(granted(1), { activity: [did(1800, 's3:GetObject')] })).toStrictEqual([]);
  });

  test('is looked at only when it is over, and since', () => {
    const sessions: [] = [];
    const grant = { startsAt: noon(-60), endsAt: noon(0) };
    expect(little(granted(0, { sessions, grant }))).toStrictEqual([]);
    expect(little(granted(91, { sessions }))).toStrictEqual([]);
    const never = ({ grant: _grant, ...rest }: ReviewedRequest): ReviewedRequest => rest;
    expect(little(never(granted(1, { sessions })))).toStrictEqual([]);
  });
});
