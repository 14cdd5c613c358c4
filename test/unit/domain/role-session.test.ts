import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DenyStatement, Entitlement } from '../../../lib/domain/entitlement.ts';
import {
  audienceOf,
  type SessionPolicy,
  orderRoleSession,
  roleSessionName,
  sessionPolicy,
} from '../../../lib/domain/role-session.ts';
import { engineer, entitlement, granted, handleOf, noon, pending } from '../../support/builders.ts';

const own = entitlement();
const order = (of: Entitlement = own, { now = noon(60), endsAt = noon(3600) } = {}) =>
  orderRoleSession(granted(), of, engineer, { now, endsAt });

describe('what STS is asked for', () => {
  test('comes from access.yml, the request and the principal', () => {
    expect(order()).toStrictEqual({
      via: 'assumeRole',
      roleArn: own.roleArn,
      region: 'eu-west-1',
      externalId: '5f0c9a1e',
      requestId: granted().id,
      entitlementId: 'prod-admin',
      sessionName: roleSessionName(engineer),
      sourceIdentity: engineer.handle,
      durationSeconds: 3540,
      endsAt: noon(3600),
      policy: sessionPolicy(own, noon(3600)),
      tags: { 'hatcheck-request': granted().id, 'hatcheck-entitlement': 'prod-admin' },
      transitive: false,
    });
  });

  test('has no ExternalId where the account has none', () => {
    const account = { id: '444455556666', name: 'dev', partition: 'aws' as const, region: 'eu-west-1' };
    expect(order({ ...own, account })).not.toHaveProperty('externalId');
  });

  test('carries the ticket as a tag, where there is one', () => {
    const request = pending({ ticket: 'OPS-1' });
    const { tags } = orderRoleSession(request, own, engineer, { now: noon(0), endsAt: noon(3600) });
    expect(tags).toMatchObject({ 'hatcheck-ticket': 'OPS-1' });
  });

  test('has tags that follow only where chaining is allowed', () => {
    expect(order({ ...own, session: { ...own.session, chaining: true } }).transitive).toBe(true);
  });
});

describe('the duration', () => {
  const seconds = (left: number, of: Entitlement = own): number =>
    order(of, { now: noon(0), endsAt: noon(left) }).durationSeconds;

  test.each([
    [3600, 3600],
    [3599.999, 3599],
    [900, 900],
    [899.999, 900],
    [0.001, 900],
    [86_400, 3600],
  ])('with %d s of the grant left is %d s', (left, expected) => {
    expect(seconds(left)).toBe(expected);
  });

  test('is no more than the entitlement’s session, the role, or an hour of role chaining allow', () => {
    expect(seconds(3600, { ...own, session: { ...own.session, maxSeconds: 1800 } })).toBe(1800);
    expect(seconds(3600, { ...own, roleMaxSessionSeconds: 1200 })).toBe(1200);
    const long = { ...own, roleMaxSessionSeconds: 43_200, session: { ...own.session, maxSeconds: 43_200 } };
    expect(seconds(43_200, long)).toBe(3600);
  });

  test.each(['webIdentity', 'saml'] as const)('is up to 12 hours by %s, which chains no role', (via) => {
    const long = { ...own, roleMaxSessionSeconds: 43_200, session: { ...own.session, via, maxSeconds: 43_200 } };
    expect([43_199, 43_200, 43_201].map((left) => seconds(left, long))).toEqual([43_199, 43_200, 43_200]);
    expect(order(long)).not.toHaveProperty('externalId');
  });

  test('is always whole, 900 at least, and never over what is left, the session, the role or STS allow', () => {
    const limit = fc.integer({ min: 1, max: 86_400 });
    fc.assert(
      fc.property(
        fc.constantFrom('assumeRole' as const, 'webIdentity' as const, 'saml' as const),
        fc.integer({ min: 1, max: 86_400_000 }),
        limit,
        limit,
        (via, leftMs, maxSeconds, roleMaxSessionSeconds) => {
          const session = { ...own.session, via, maxSeconds };
          const given = seconds(leftMs / 1000, { ...own, roleMaxSessionSeconds, session });
          const allowed = [leftMs / 1000, maxSeconds, roleMaxSessionSeconds, via === 'assumeRole' ? 3600 : 43_200];
          expect(given).toBe(Math.max(900, Math.floor(Math.min(...allowed))));
        },
      ),
    );
  });
});

type Statement = SessionPolicy['Statement'][number];

/** A part of how IAM evaluates: what these policies use, and nothing more. */
const allows = (policy: SessionPolicy, call: { action: string; resource: string; now: string }): boolean => {
  const applies = (statement: Statement): boolean =>
    named([statement.Action ?? '*'].flat(), call.action) &&
    named([statement.Resource ?? '*'].flat(), call.resource) &&
    (statement.Effect === 'Allow' || conditionMet(statement, call.now));
  const verdicts = policy.Statement.filter(applies).map(({ Effect }) => Effect);
  return verdicts.includes('Allow') && !verdicts.includes('Deny');
};

const named = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => {
    const literal = pattern.replaceAll(/[^*\w]/g, String.raw`\$&`);
    return new RegExp(`^${literal.replaceAll('*', '.*')}$`, 'i').test(name);
  });

const conditionMet = ({ Condition }: DenyStatement, now: string): boolean => {
  if (!Condition) return true;
  expect(Object.keys(Condition)).toEqual(['DateGreaterThanEquals']);
  return Date.parse(now) >= Date.parse(String(Condition['DateGreaterThanEquals']?.['aws:CurrentTime']));
};

describe('the session policy', () => {
  const endsAt = noon(3600);
  const may = (action: string, resource = '*', now = noon(60), of: Entitlement = own): boolean =>
    allows(sessionPolicy(of, endsAt), { action, resource, now });

  test('allows what the role allows, while the grant lasts', () => {
    expect(may('s3:GetObject')).toBe(true);
    expect(may('iam:GetRole', 'arn:aws:iam::111122223333:role/app')).toBe(true);
  });

  test('allows nothing from the grant’s end on, to the second, whatever is asked', () => {
    expect(may('s3:GetObject', '*', noon(3599))).toBe(true);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 0, max: 1_000_000 }), (action, resource, seconds) => {
        expect(may(action, resource, noon(3600 + seconds))).toBe(false);
      }),
    );
  });

  test('ends within the last second of a grant that ends between two seconds, never after it', () => {
    const { Statement } = sessionPolicy(own, noon(3600.999));
    expect(Statement.find((each) => 'Sid' in each && each.Sid === 'GrantEnd')).toMatchObject({
      Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-03-02T13:00:00Z' } },
    });
  });

  test.each([
    'sts:AssumeRole',
    'sts:AssumeRoleWithSAML',
    'sts:AssumeRoot',
    'sts:GetWebIdentityToken',
    'signin:CreateOAuth2Token',
  ])('attack: %s would outlive the grant, and is denied unless chaining is allowed', (action) => {
    expect(may(action)).toBe(false);
    expect(may(action, '*', noon(60), { ...own, session: { ...own.session, chaining: true } })).toBe(true);
  });

  test('proofs of identity are not denied: AWS answers them whatever a policy says', () => {
    expect(may('sts:GetCallerIdentity')).toBe(true);
  });

  test.each([
    own.roleArn,
    'arn:aws:iam::111122223333:role/hatcheck/Other',
    'arn:aws:iam::111122223333:policy/hatcheck/boundary',
    'arn:aws:iam::111122223333:oidc-provider/hatcheck.example.com',
    'arn:aws:iam::111122223333:saml-provider/hatcheck',
  ])('attack: the session may not change %s', (resource) => {
    expect(may('iam:UpdateAssumeRolePolicy', resource)).toBe(false);
  });

  test('guards its own role also where that lies elsewhere', () => {
    const elsewhere = { ...own, roleArn: 'arn:aws:iam::111122223333:role/legacy/Admin' };
    expect(may('iam:PutRolePolicy', elsewhere.roleArn, noon(60), elsewhere)).toBe(false);
    expect(may('iam:PutRolePolicy', elsewhere.roleArn)).toBe(true);
  });

  test.each(['aws-us-gov', 'aws-cn'] as const)('names things as partition %s does', (partition) => {
    const of = { ...own, account: { ...own.account, partition } };
    expect(may('iam:PutRolePolicy', `arn:${partition}:iam::111122223333:role/hatcheck/X`, noon(60), of)).toBe(false);
  });

  test('takes the entitlement’s own denies as they are', () => {
    const denies = [{ Effect: 'Deny' as const, Action: ['s3:DeleteBucket'], Resource: ['*'] }];
    const of = { ...own, session: { ...own.session, denies } };
    expect(sessionPolicy(of, endsAt).Statement).toContain(denies[0]);
    expect([may('s3:DeleteBucket', '*', noon(60), of), may('s3:GetObject', '*', noon(60), of)]).toEqual([false, true]);
  });

  test('allows of a scope exactly that, and denies all else in so many words', () => {
    const scope = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::prod-reports/*'] };
    const { Statement } = sessionPolicy(own, endsAt, scope);
    expect(Statement.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      { Effect: 'Allow', Action: scope.actions, Resource: scope.resources },
    ]);
    expect(Statement.slice(1, 3)).toEqual([
      { Sid: 'OtherActions', Effect: 'Deny', NotAction: scope.actions, Resource: ['*'] },
      { Sid: 'OtherResources', Effect: 'Deny', Action: ['*'], NotResource: scope.resources },
    ]);
  });

  test('holds one allow, and denies besides', () => {
    const effects = sessionPolicy(own, endsAt).Statement.map(({ Effect }) => Effect);
    expect(effects).toEqual(['Allow', 'Deny', 'Deny', 'Deny']);
    const chaining = { ...own, session: { ...own.session, chaining: true } };
    expect(sessionPolicy(chaining, endsAt).Statement.map(({ Effect }) => Effect)).toEqual(['Allow', 'Deny', 'Deny']);
    expect(sessionPolicy(own, endsAt).Version).toBe('2012-10-17');
  });

  test('names each statement once, with the characters that IAM takes', () => {
    const sids = sessionPolicy(own, endsAt).Statement.flatMap((each) => ('Sid' in each && each.Sid ? [each.Sid] : []));
    expect(new Set(sids).size).toBe(3);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });

  test('with the longest role and a plausible policy of its own stays under 2048 characters', () => {
    const arn = `arn:aws-us-gov:iam::111122223333:role/${'p'.repeat(510)}/${'r'.repeat(64)}`;
    const deny = (service: string): DenyStatement => ({
      Effect: 'Deny',
      Action: Array.from({ length: 10 }, (_, n) => `${service}:Delete${n}*`),
      Resource: ['*'],
    });
    const of = { ...own, roleArn: arn, session: { ...own.session, denies: ['s3', 'ec2', 'dynamodb'].map(deny) } };
    expect(JSON.stringify(sessionPolicy(of, endsAt)).length).toBeLessThanOrEqual(2048);
  });
});

describe('the role session name', () => {
  const name = (email: string | undefined, handle = engineer.handle): string =>
    roleSessionName({ ...engineer, handle, ...(email === undefined ? {} : { email }) });
  const nameless = ({ email: _email, ...rest }: typeof engineer): string => roleSessionName(rest);

  test('shows the e-mail and eight characters of the handle', () => {
    expect(name('engineer@example.com')).toBe(`engineer@example.com=${engineer.handle.slice(2, 10)}`);
  });

  test('is the handle where there is no verified e-mail', () => {
    expect(nameless(engineer)).toBe(engineer.handle);
  });

  test('is the handle where the e-mail does not fit: 55 characters do, 56 do not', () => {
    const long = (length: number): string => `${'e'.repeat(length - 12)}@example.com`;
    expect(name(long(55))).toHaveLength(64);
    expect(name(long(56))).toBe(engineer.handle);
  });

  test.each(['o’brien@example.com', 'a b@example.com', 'ä@example.com', 'a@example.com\n', 'a!b@example.com'])(
    'is the handle where STS would refuse the e-mail: %j',
    (email) => {
      expect(name(email)).toBe(engineer.handle);
    },
  );

  const people = fc.record({
    email: fc.option(
      fc.oneof(fc.emailAddress(), fc.stringMatching(/^[A-Za-z0-9_+=,.@-]{1,64}$/), fc.string({ unit: 'grapheme' })),
      { nil: undefined },
    ),
    handle: fc.string({ unit: 'grapheme' }).map(handleOf),
  });

  test('is always one that STS takes', () => {
    fc.assert(
      fc.property(people, ({ email, handle }) => {
        expect(name(email, handle)).toMatch(/^[A-Za-z0-9_+=,.@-]{2,64}$/);
      }),
    );
  });

  test('regression 20: of two principals is never the same, also when they share an e-mail', () => {
    fc.assert(
      fc.property(people, people, fc.boolean(), (a, b, shared) => {
        fc.pre(a.handle !== b.handle);
        expect(name(a.email, a.handle)).not.toBe(name(shared ? a.email : b.email, b.handle));
      }),
    );
  });

  test('attack: an e-mail made to read like somebody else’s name meets nobody', () => {
    const victim = name('victim@example.com');
    expect(name(victim, handleOf('attacker'))).not.toBe(victim);
    expect(name(engineer.handle, handleOf('attacker'))).not.toBe(engineer.handle);
  });
});

test('a token is for the one account of its role, and a role without one has none', () => {
  expect(audienceOf({ roleArn: 'arn:aws-us-gov:iam::111122223333:role/hatcheck/Admin' })).toBe('hatcheck:111122223333');
  expect(() => audienceOf({ roleArn: 'role/hatcheck/Admin' })).toThrow(TypeError);
});
