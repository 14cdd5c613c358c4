import { describe, expect, test } from '@jest/globals';
import { type Issue, type RoleCall, reconcile } from '../../../lib/domain/reconciliation.ts';
import { handleOf, noon } from '../../support/builders.ts';

const ROLE = 'arn:aws:iam::111122223333:role/hatcheck/Admin';
const OTHER = 'arn:aws:iam::111122223333:role/hatcheck/ReadOnly';
const ENGINEER = handleOf('engineer');

const issue = (more: Partial<Issue> = {}): Issue => ({
  ...{ requestId: 'r_1', intent: 'intent-1', at: noon(100), roleArn: ROLE, requester: ENGINEER },
  outcome: { kind: 'issued', accessKeyId: 'ASIA1' },
  ...more,
});

const cutOff = ({ outcome: _outcome, ...rest }: Issue): Issue => rest;

const withOutcome = (outcome: Issue['outcome']): Issue => {
  const cut = cutOff(issue());
  return outcome ? { ...cut, outcome } : cut;
};

const call = (more: Partial<RoleCall> = {}): RoleCall => ({
  ...{ id: 'call-1', at: noon(101), roleArn: ROLE, accessKeyId: 'ASIA1', sourceIdentity: ENGINEER },
  ...more,
});

const withoutKey = ({ accessKeyId: _key, ...rest }: RoleCall): RoleCall => rest;

const refused = (): RoleCall => withoutKey(call());

const compared = (issues: readonly Issue[], calls: readonly RoleCall[], from = noon(0), to = noon(3600)) =>
  reconcile(issues, calls, { from, to, roles: new Set([ROLE, OTHER]) });

const kinds = (...args: Parameters<typeof compared>) => compared(...args).differences.map(({ kind }) => kind);

describe('what fits', () => {
  test('an intent with its session', () => {
    expect(compared([issue()], [call()])).toEqual({
      differences: [],
      foundOpen: [],
      compared: { intents: 1, sessions: 1 },
    });
  });

  test.each<readonly [string, Issue, readonly RoleCall[]]>([
    [
      'a session that was withheld is one all the same',
      withOutcome({ kind: 'withheld', accessKeyId: 'ASIA1' }),
      [call()],
    ],
    ['AWS said no', withOutcome({ kind: 'failed' }), [refused()]],
    ['nobody knows, and there is none', withOutcome({ kind: 'unknown' }), []],
  ])('%s', (_, intent, calls) => {
    expect(kinds([intent], calls)).toStrictEqual([]);
  });

  test('what AWS refused to somebody opened nothing', () => {
    expect(kinds([], [refused()])).toStrictEqual([]);
  });

  test('roles that are not lent are somebody else’s affair', () => {
    expect(kinds([], [call({ roleArn: 'arn:aws:iam::111122223333:role/Deploy' })])).toStrictEqual([]);
  });

  test('the session of an intent of unknown outcome is found, and is one difference less', () => {
    const unknown = withOutcome({ kind: 'unknown' });
    expect(compared([unknown], [call()])).toMatchObject({ differences: [], foundOpen: [unknown] });
  });
});

describe('what differs', () => {
  test('a session that nobody decided about', () => {
    expect(compared([], [call()]).differences).toEqual([
      { kind: 'session_without_intent', at: noon(101), roleArn: ROLE, call: 'call-1' },
    ]);
  });

  test('a second session beside one that was decided about', () => {
    const calls = [call(), call({ id: 'call-2', accessKeyId: 'ASIA2' })];
    for (const order of [calls, calls.toReversed()])
      expect(compared([issue()], order).differences).toMatchObject([
        { kind: 'session_without_intent', call: 'call-2' },
      ]);
  });

  test('a session of an intent that AWS refused', () => {
    expect(kinds([withOutcome({ kind: 'failed' })], [call()])).toEqual(['session_without_intent']);
  });

  test('a session on record that CloudTrail does not have', () => {
    expect(compared([issue()], []).differences).toEqual([
      { kind: 'intent_without_session', at: noon(100), roleArn: ROLE, requestId: 'r_1', intent: 'intent-1' },
    ]);
  });

  test('an intent of which nobody said what became of it, unless it may still be under way', () => {
    const cut = withOutcome(undefined);
    expect(kinds([cut], [], noon(0), noon(700))).toEqual(['intent_without_outcome']);
    expect(kinds([cut], [], noon(0), noon(699))).toStrictEqual([]);
  });

  test('a session of another role than was decided, and of another person', () => {
    expect(kinds([issue()], [call({ roleArn: OTHER })])).toEqual(['session_of_another_role']);
    expect(kinds([issue()], [call({ sourceIdentity: handleOf('outsider') })])).toEqual(['session_of_another_person']);
  });

  test('two sessions of one intent', () => {
    expect(kinds([issue()], [call(), call({ id: 'call-2' })])).toEqual(['intent_with_two_sessions']);
  });

  test.each([
    ['another person’s', { sourceIdentity: handleOf('outsider') }],
    ['another role’s', { roleArn: OTHER }],
    ['from long before', { at: noon(39) }],
    ['from long after', { at: noon(701) }],
  ])('an intent of unknown outcome does not excuse a session that is %s', (_, more) => {
    expect(kinds([withOutcome({ kind: 'unknown' })], [call(more)])).toEqual(['session_without_intent']);
  });

  test('one intent of unknown outcome excuses one session', () => {
    const calls = [call(), call({ id: 'call-2', accessKeyId: 'ASIA2' })];
    expect(kinds([withOutcome({ kind: 'unknown' })], calls)).toEqual(['session_without_intent']);
  });

  test('is told in the order in which it happened', () => {
    const calls = [
      call({ id: 'b', at: noon(300), accessKeyId: 'B' }),
      call({ id: 'a', at: noon(200), accessKeyId: 'A' }),
      call({ id: 'c', at: noon(400), accessKeyId: 'C' }),
    ];
    expect(compared([], calls).differences.map((each) => each.call)).toEqual(['a', 'b', 'c']);
  });
});

describe('what lies outside the time that is compared', () => {
  test('is no difference', () => {
    expect(kinds([issue({ at: noon(-1) })], [])).toStrictEqual([]);
    expect(kinds([], [call({ at: noon(3601) })])).toStrictEqual([]);
  });

  test('its ends are inside', () => {
    expect(kinds([issue({ at: noon(0) })], [call({ at: noon(3600), accessKeyId: 'ASIA2' })])).toEqual([
      'intent_without_session',
      'session_without_intent',
    ]);
  });

  test('still explains what lies at its edge', () => {
    expect(kinds([issue({ at: noon(-1) })], [call({ at: noon(0) })])).toStrictEqual([]);
    expect(kinds([issue({ at: noon(3600) })], [call({ at: noon(3601) })])).toStrictEqual([]);
  });
});
