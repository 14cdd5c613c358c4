import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../../lib/config/doctor/diagnose.ts';
import { OF_THE_REVOKER, type Seen, type Simulated } from '../../../lib/config/doctor/live.ts';
import { revokerArn } from '../../../lib/domain/boundary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { type PolicyText, revokerTrust } from '../../../lib/domain/target-role.ts';
import { BROKER } from '../../local/aws/small-world.ts';
import { BROKERS, ISSUER, byResponse, byRole, byToken, facts } from './doctor-scene.ts';

const ALLOWED: Simulated = {
  ...{ decision: 'allowed', isWithinBoundary: true, isWithinOrganization: true },
  unknown: [],
};
const deed = { action: 's3:GetObject', resource: '*' };

const wellOf = (of: Entitlement): Seen => ({
  boundary: { isOurs: true },
  revoker: { arn: revokerArn(of), name: 'hatcheck-revoker', trust: revokerTrust(of.account, BROKERS) },
  revokerMay: Object.fromEntries(OF_THE_REVOKER.map((action) => [action, ALLOWED])),
  ...(of === byToken ? { oidcProvider: { clientIds: ['hatcheck:111122223333'] } } : {}),
  ...(of === byResponse ? { samlProvider: { metadata: `<EntityDescriptor entityID="${ISSUER}/saml">` } } : {}),
  deed: ALLOWED,
});
const found = (of: Entitlement, changes: Partial<Seen> = {}) =>
  diagnose(of, BROKERS, [facts(of)], deed, { ...wellOf(of), ...changes });
const linesOf = (...args: Parameters<typeof found>) => found(...args).map(({ level, line }) => `${level} ${line}`);
const revoker = (trust: PolicyText) => ({ revoker: { ...wellOf(byRole).revoker!, trust } });
const trusted = revokerTrust(byRole.account, BROKERS);

describe('what an account says now', () => {
  test.each([byRole, byToken, byResponse])('is well where it is as the template makes it', (of) => {
    expect(found(of)).toStrictEqual([]);
  });

  test.each<readonly [string, Partial<Seen>, string]>([
    ['no boundary', { boundary: null }, 'fault boundary'],
    ['a boundary of another text', { boundary: { isOurs: false } }, 'warning boundary'],
    ['no revoker role', { revoker: null, revokerMay: {} }, 'fault revoker'],
    [
      'a revoker role that may not write',
      { revokerMay: { 'iam:CreatePolicyVersion': { ...ALLOWED, decision: 'implicitDeny' } } },
      'fault revoker',
    ],
    [
      'a revoker role for another function',
      revoker({ ...trusted, Statement: trusted.Statement.map((one) => ({ ...one, Principal: { AWS: BROKER } })) }),
      'fault revoker',
    ],
    [
      'a revoker role that asks for no ExternalId',
      revoker({ ...trusted, Statement: trusted.Statement.map(({ Condition: _asked, ...one }) => one) }),
      'fault revoker',
    ],
    [
      'a revoker role that asks for a tag, which its sessions have not',
      revoker({
        ...trusted,
        Statement: trusted.Statement.map((one) => ({
          ...one,
          Condition: { ...one.Condition, StringLike: { 'aws:RequestTag/hatcheck-request': 'r_*' } },
        })),
      }),
      'fault revoker',
    ],
  ])('%s', (_, changes, line) => {
    expect(linesOf(byRole, changes)).toEqual([line]);
  });

  test('a provider that is not there, or is for others', () => {
    expect(linesOf(byToken, { oidcProvider: null })).toEqual(['fault provider']);
    expect(linesOf(byToken, { oidcProvider: { clientIds: ['hatcheck:444455556666'] } })).toEqual(['fault audience']);
    expect(linesOf(byResponse, { samlProvider: null })).toEqual(['fault provider']);
    expect(linesOf(byResponse, { samlProvider: { metadata: '<EntityDescriptor entityID="x">' } })).toEqual([
      'fault issuer',
    ]);
  });

  test('no such role', () => {
    expect(diagnose(byRole, BROKERS, [], deed, 'gone')).toMatchObject([{ level: 'fault', line: 'role' }]);
  });
});

describe('whose no to an action it is', () => {
  test.each<readonly [string, Partial<Simulated>, string]>([
    ['the organization’s', { isWithinOrganization: false, isWithinBoundary: false }, 'fault organization_policy'],
    ['the boundary’s', { isWithinBoundary: false }, 'fault boundary'],
    ['the permissions’, which lack it', {}, 'fault permissions'],
    ['the permissions’, which deny it', { decision: 'explicitDeny' }, 'fault permissions'],
    ['a condition’s that the simulator knows nothing of', { unknown: ['aws:SourceVpc'] }, 'warning permissions'],
  ])('%s', (_, changes, line) => {
    expect(linesOf(byRole, { deed: { ...ALLOWED, decision: 'implicitDeny', ...changes } })).toEqual([line]);
  });

  test('and not of the simulator alone: what session.policy takes away is told beside it', () => {
    const of = {
      ...byRole,
      session: { ...byRole.session, denies: [{ Effect: 'Deny', Action: ['s3:*'], Resource: ['*'] }] },
    } as const;
    expect(linesOf(of)).toEqual(['fault session_policy']);
  });
});
