import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sameApprovers, sameSnapshot, snapshotOf } from '../../../lib/domain/entitlement.ts';
import { entitlement, stage } from '../../support/builders.ts';

const deny = { Effect: 'Deny' as const, Action: ['iam:*', 's3:DeleteBucket'], Resource: ['*'] };
const of = (session: Partial<ReturnType<typeof entitlement>['session']>): ReturnType<typeof snapshotOf> =>
  snapshotOf(entitlement({ session: { ...entitlement().session, ...session } }));

describe('a snapshot', () => {
  test('is account, role and session, and nothing else of the entitlement', () => {
    expect(snapshotOf(entitlement())).toEqual({
      accountId: '111122223333',
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
      session: entitlement().session,
    });
  });

  test('is the same after a round through JSON with its members in another order', () => {
    const snapshot = of({ denies: [deny] });
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .map(([key, inner]): [string, unknown] => [key, reversed(inner)])
                .reverse(),
            )
          : value;
    expect(sameSnapshot(snapshot, reversed(snapshot) as typeof snapshot)).toBe(true);
  });

  test.each([
    ['one more deny', of({ denies: [deny, deny] })],
    ['one deny less', of({ denies: [] })],
    ['its actions in another order', of({ denies: [{ ...deny, Action: deny.Action.toReversed() }] })],
    ['another member of the deny', of({ denies: [{ Effect: 'Deny', NotAction: deny.Action, Resource: ['*'] }] })],
    ['a member more', of({ denies: [{ ...deny, Sid: 'Own' }] })],
    ['another tail', of({ denies: [deny], tail: 'refuse' })],
  ])('is another with %s', (_what, other) => {
    expect(sameSnapshot(of({ denies: [deny] }), other)).toBe(false);
    expect(sameSnapshot(other, of({ denies: [deny] }))).toBe(false);
  });

  test('a list is not the object with the same members', () => {
    const [list, object] = [['x'], { 0: 'x' }].map((Condition) => ({ ...of({}), session: { Condition } }) as never);
    expect(sameSnapshot(list!, object!)).toBe(false);
  });

  test('nothing there is not an empty object', () => {
    const [none, empty] = [null, {}].map((session) => ({ ...of({}), session }) as never);
    expect(sameSnapshot(none!, empty!)).toBe(false);
    expect(sameSnapshot(empty!, none!)).toBe(false);
  });

  test('attack: a member that every object inherits is not a member', () => {
    const [own, inherited] = [{ toString: 'x' }, { valueOf: 'x' }].map((session) => ({ ...of({}), session }) as never);
    expect(sameSnapshot(own!, inherited!)).toBe(false);
  });
});

describe('stages', () => {
  test('are the same whatever the order of their members', () => {
    expect(sameApprovers({ stages: [stage('a', 2)] }, { stages: [{ count: 2, from: { groups: ['okta:a'] } }] })).toBe(
      true,
    );
  });

  test('are others in another order, number, group or count', () => {
    const [a, b] = [stage('a'), stage('b')];
    for (const other of [[b, a], [a], [a, b, b], [a, stage('c')], [a, stage('b', 2)]])
      expect(sameApprovers({ stages: [a, b] }, { stages: other })).toBe(false);
  });

  test('whatever JSON they are, they equal their own copy', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copies = [value, JSON.parse(JSON.stringify(value)) as unknown].map((each) => [each] as never);
        expect(sameApprovers({ stages: copies[0]! }, { stages: copies[1]! })).toBe(true);
      }),
    );
  });
});
