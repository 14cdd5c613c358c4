import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diagnose } from '../../../lib/config/doctor/diagnose.ts';
import { OF_THE_REVOKER, type Seen } from '../../../lib/config/doctor/live.ts';
import { revokerArn } from '../../../lib/domain/boundary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { type PolicyText, type TrustedBroker, revokerTrust, trustPolicy } from '../../../lib/domain/target-role.ts';
import { BROKERS, byResponse, byRole, byToken, facts } from './doctor-scene.ts';

const of = (stage: string, name: string) => `arn:aws:iam::777788889999:role/hatcheck/hatcheck-${stage}-${name}`;
const STANDBY = of('prod-b', 'credentials');
const ENDING = of('prod-b', 'on-revocation');
const [WRITER] = BROKERS.credentialsRoleArns;
const BOTH: TrustedBroker = {
  ...BROKERS,
  credentialsRoleArns: [WRITER, STANDBY],
  onRevocationRoleArns: [...BROKERS.onRevocationRoleArns, ENDING],
};

const seen = (entitlement: Entitlement, trust: PolicyText): Seen => ({
  boundary: { isOurs: true },
  revoker: { arn: revokerArn(entitlement), name: 'hatcheck-revoker', trust },
  revokerMay: Object.fromEntries(
    OF_THE_REVOKER.map((action) => [
      action,
      { ...({ decision: 'allowed', isWithinBoundary: true, isWithinOrganization: true } as const), unknown: [] },
    ]),
  ),
});
/** What is found where the account trusts some, and others are to be let in. */
const found = (entitlement: Entitlement, trusted: TrustedBroker, wanted: TrustedBroker) =>
  diagnose(
    entitlement,
    wanted,
    [facts(entitlement, { trust: trustPolicy([entitlement], trusted) })],
    undefined,
    seen(entitlement, revokerTrust(entitlement.account, trusted)),
  );
const read = (trust: object, wanted: TrustedBroker = BOTH) => diagnose(byRole, wanted, [facts(byRole, { trust })]);
const [LENDING] = trustPolicy([byRole], BOTH).Statement;

describe('with a standby', () => {
  test('what the template writes is found in order, with one or without, by each way', () => {
    const stage = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(stage, { minLength: 1, maxLength: 2 }),
        fc.constantFrom(byRole, byToken, byResponse),
        fc.option(fc.constant('o-aaaaaaaaaa'), { nil: undefined }),
        fc.option(fc.stringMatching(/^[\w+=,.@:/-]{2,32}$/), { nil: undefined }),
        ([first = 'prod', ...others], lent, organization, externalId) => {
          const { id, name, partition, region } = lent.account;
          const account = { id, name, partition, region, ...(externalId !== undefined && { externalId }) };
          const rolesOf = (function_: string): TrustedBroker['credentialsRoleArns'] => [
            of(first, function_),
            ...others.map((other) => of(other, function_)),
          ];
          const broker: TrustedBroker = {
            ...{ credentialsRoleArns: rolesOf('credentials'), onRevocationRoleArns: rolesOf('on-revocation') },
            ...{ issuer: BROKERS.issuer, ...(organization !== undefined && { organization }) },
          };
          expect(found({ ...lent, account }, broker, broker)).toStrictEqual([]);
        },
      ),
    );
  });

  test('that is not let in, it is that one that is named, and the fix lets in both', () => {
    expect(found(byRole, BROKERS, BOTH)).toMatchObject([
      {
        ...{ level: 'fault', line: 'principal', what: expect.stringContaining(`${STANDBY} is kept out`) },
        fix: `"Principal": { "AWS": ["${WRITER}","${STANDBY}"] }`,
      },
      { level: 'fault', line: 'revoker', what: expect.stringContaining(`${ENDING} is kept out`) },
    ]);
  });

  test('that is let in alone, it is the writer that is named', () => {
    const alone: TrustedBroker = { ...BOTH, credentialsRoleArns: [STANDBY] };
    expect(found(byRole, alone, BOTH)).toMatchObject([
      { level: 'fault', line: 'principal', what: expect.stringContaining(`${WRITER} is kept out`) },
    ]);
  });

  test('a way that needs neither role is in order wherever the role is lent to the writer alone', () => {
    for (const lent of [byToken, byResponse])
      expect(found(lent, BROKERS, BOTH).map(({ line }) => line)).toEqual(['revoker']);
  });

  test('of which nobody told, it is a stranger', () => {
    expect(found(byRole, BOTH, BROKERS)).toMatchObject([
      { level: 'fault', line: 'principal', what: expect.stringContaining(STANDBY) },
      { level: 'fault', line: 'revoker', what: expect.stringContaining(ENDING) },
    ]);
  });

  test('a third one is a stranger still', () => {
    const third: TrustedBroker = { ...BOTH, credentialsRoleArns: [WRITER, STANDBY, of('prod-c', 'credentials')] };
    expect(found(byRole, third, BOTH).map(({ level, line }) => `${level} ${line}`)).toEqual(['fault principal']);
  });

  test('a statement of its own for each is in order, and what one of them lacks is told of that one', () => {
    const each = BOTH.credentialsRoleArns.map((AWS) => ({ ...LENDING, Principal: { AWS } }));
    expect(read({ Statement: each })).toStrictEqual([]);
    const denied = { Sid: 'Stop', Effect: 'Deny', Principal: { AWS: STANDBY }, Action: 'sts:TagSession' };
    expect(read({ Statement: [...each, denied] })).toMatchObject([
      { level: 'fault', line: 'denied', what: expect.stringContaining(`${STANDBY} is kept out`) },
    ]);
  });

  test('a condition on who asks has to hold of both', () => {
    const asking = (...arns: readonly string[]) => ({
      Statement: { ...LENDING, Condition: { ...LENDING?.Condition, ArnEquals: { 'aws:PrincipalArn': arns } } },
    });
    expect(read(asking(WRITER, STANDBY))).toStrictEqual([]);
    expect(read(asking(WRITER))).toMatchObject([
      { level: 'fault', line: 'condition', what: expect.stringContaining(`${STANDBY} is kept out`) },
    ]);
  });

  test('what keeps out both is told once', () => {
    const statement = { ...LENDING, Action: 'sts:AssumeRole' };
    expect(read({ Statement: [statement] }).map(({ line }) => line)).toEqual(['tag_session', 'set_source_identity']);
  });

  test('a condition that cannot be checked, of the statement of one of them, is a warning about that one', () => {
    const [first, second] = BOTH.credentialsRoleArns.map((AWS) => ({ ...LENDING, Principal: { AWS } }));
    const near = { ...second, Condition: { ...second?.Condition, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } };
    const trust = { Statement: [first, near] };
    expect(read(trust)).toMatchObject([
      { level: 'warning', line: 'condition', what: expect.stringContaining(`${STANDBY} may be kept out`) },
    ]);
  });
});
