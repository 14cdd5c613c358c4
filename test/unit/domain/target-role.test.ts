import { describe, expect, test } from '@jest/globals';
import { type TrustedBroker, revokerTrust, trustPolicy } from '../../../lib/domain/target-role.ts';
import { entitlement } from '../../support/builders.ts';

const BROKER: TrustedBroker = {
  credentialsRoleArns: ['arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-credentials'],
  onRevocationRoleArns: ['arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-on-revocation'],
  issuer: 'https://issuer.example.com',
};
const { session, account } = entitlement();
const by = (id: string, via: typeof session.via) => entitlement({ id, session: { ...session, via } });

describe('a trust policy', () => {
  test('has a statement for each way that the entitlements of the role go by, whatever their order', () => {
    const of = [by('c', 'saml'), by('b', 'webIdentity'), by('a', 'webIdentity'), by('d', 'assumeRole')];
    const trust = trustPolicy(of, BROKER);
    expect(trust.Statement.map(({ Sid }) => Sid)).toEqual([
      'HatcheckAssumeRole',
      'HatcheckWebIdentity',
      'HatcheckSaml',
    ]);
    expect(trust.Statement[1]?.Condition?.['StringEquals']).toMatchObject({ 'issuer.example.com:sub': ['a', 'b'] });
    expect(trustPolicy(of.toReversed(), BROKER)).toEqual(trust);
  });

  test('asks for the organization where one is given', () => {
    const [statement] = trustPolicy([entitlement()], { ...BROKER, organization: 'o-aaaaaaaaaa' }).Statement;
    expect(statement?.Condition?.['StringEquals']).toEqual({
      'sts:ExternalId': account.externalId,
      'aws:PrincipalOrgID': 'o-aaaaaaaaaa',
    });
  });

  test('of an account without an ExternalId asks for none, the revoker role’s neither', () => {
    const { id, name, partition, region } = account;
    const without = { id, name, partition, region };
    const [statement] = trustPolicy([entitlement({ account: without })], BROKER).Statement;
    expect(Object.keys(statement?.Condition ?? {})).toEqual(['StringLike']);
    expect(revokerTrust(without, BROKER).Statement[0]).not.toHaveProperty('Condition');
    expect(revokerTrust(account, BROKER).Statement[0]?.Condition).toEqual({
      StringEquals: { 'sts:ExternalId': account.externalId },
    });
  });

  test('names the role of a standby in the same statement, and is the same besides', () => {
    const CREDENTIALS = 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-b-credentials';
    const ON_REVOCATION = 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-b-on-revocation';
    const both: TrustedBroker = {
      ...BROKER,
      credentialsRoleArns: [...BROKER.credentialsRoleArns, CREDENTIALS],
      onRevocationRoleArns: [...BROKER.onRevocationRoleArns, ON_REVOCATION],
    };
    const of = [by('a', 'assumeRole'), by('b', 'webIdentity'), by('c', 'saml')];
    const [byRole, ...bySignature] = trustPolicy(of, BROKER).Statement;
    expect(byRole?.Principal).toEqual({ AWS: BROKER.credentialsRoleArns[0] });
    expect(trustPolicy(of, both).Statement).toEqual([
      { ...byRole, Principal: { AWS: [BROKER.credentialsRoleArns[0], CREDENTIALS] } },
      ...bySignature,
    ]);
    const [revoker] = revokerTrust(account, BROKER).Statement;
    expect(revoker?.Principal).toEqual({ AWS: BROKER.onRevocationRoleArns[0] });
    expect(revokerTrust(account, both).Statement).toEqual([
      { ...revoker, Principal: { AWS: [BROKER.onRevocationRoleArns[0], ON_REVOCATION] } },
    ]);
  });
});
