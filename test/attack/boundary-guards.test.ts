import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import { TARGET, TARGET_ACCOUNT, policy } from '../local/aws/small-world.ts';
import { entitlement } from '../support/builders.ts';
import { ALLOW_EVERYTHING, LENT_TAG, boundaryArn, boundaryDocument, revokerArn } from '../../lib/domain/boundary.ts';
import { requestIdOf } from '../support/revocations.ts';

const ACCOUNT = { ...entitlement().account, id: TARGET_ACCOUNT };
const ROLE = { roleArn: TARGET, account: ACCOUNT, issuer: 'https://sts.example.com' };
const BOUNDARY = boundaryArn(ROLE);
const REVOKER = revokerArn(ROLE);
const own = (resource: string) => `arn:aws:iam::${TARGET_ACCOUNT}:${resource}`;
const PROVIDER = own('oidc-provider/sts.example.com');
/** Lent too, under a path that is not ours. */
const OTHER = own('role/apps/Payments');

const boundary = parsePolicy(boundaryDocument(ROLE, [ALLOW_EVERYTHING], { requestIds: [] }), 'boundary', 'boundary');
const identity = [parsePolicy(policy(ALLOW_EVERYTHING), 'identity', 'administrator')];

/** Of what is acted on: the boundary that it has or is to get, and its tag where it is lent. */
interface Of {
  readonly boundary?: string;
  readonly lent?: true;
}

/** A session that has no session policy: one that chained away has none. */
const may = (action: string, resource: string, of: Of = {}) =>
  evaluate(
    {
      caller: { kind: 'role', account: TARGET_ACCOUNT, roleArn: TARGET, sessionArn: `${TARGET}/s` },
      ...{ action, resource },
      context: new Map([
        ...(of.boundary === undefined ? [] : [['iam:permissionsboundary', [of.boundary]] as const]),
        ...(of.lent ? [[`aws:resourcetag/${LENT_TAG}`, ['payments']] as const] : []),
      ]),
    },
    { identity, boundary },
  ).allowed;

type Row = readonly [what: string, action: string, resource: string, of?: Of];

describe('what is ours, an administrator’s session of ours cannot touch:', () => {
  test.each<Row>([
    ['tag the broker’s own role', 'iam:TagRole', own('role/hatcheck/hatcheck-prod-credentials')],
    ['take the boundary off the revoker role', 'iam:DeleteRolePermissionsBoundary', REVOKER],
    ['delete its own role', 'iam:DeleteRole', TARGET],
    ['make its own role last longer', 'iam:UpdateRole', TARGET],
    ['put its own role into an instance profile', 'iam:AddRoleToInstanceProfile', TARGET],
    ['let itself into the revoker role', 'iam:UpdateAssumeRolePolicy', REVOKER],
    ['hand the revoker role to a service', 'iam:PassRole', REVOKER],
    ['attach policies to the revoker role', 'iam:AttachRolePolicy', REVOKER],
    ['delete its boundary', 'iam:DeletePolicy', BOUNDARY],
    ['tag the policy that is its boundary', 'iam:TagPolicy', BOUNDARY],
    ['change its own role', 'iam:PutRolePolicy', TARGET],
    ['tag its own role as another request', 'iam:TagRole', TARGET],
    ['delete our OpenID provider', 'iam:DeleteOpenIDConnectProvider', own('oidc-provider/issuer.hatcheck.example.com')],
    [
      'add an audience to our OpenID provider',
      'iam:AddClientIDToOpenIDConnectProvider',
      own('oidc-provider/issuer.hatcheck.example.com'),
    ],
    [
      'add an audience to our issuer’s provider, whose name is not ours',
      'iam:AddClientIDToOpenIDConnectProvider',
      PROVIDER,
    ],
    [
      'take our audience out of our issuer’s provider, whose name is not ours',
      'iam:RemoveClientIDFromOpenIDConnectProvider',
      PROVIDER,
    ],
    ['delete our issuer’s provider, whose name is not ours', 'iam:DeleteOpenIDConnectProvider', PROVIDER],
    [
      'exchange the thumbprint of our issuer’s provider, whose name is not ours',
      'iam:UpdateOpenIDConnectProviderThumbprint',
      PROVIDER,
    ],
    ['exchange the keys of our SAML provider', 'iam:UpdateSAMLProvider', own('saml-provider/hatcheck')],
  ])('%s', (_, action, resource) => {
    expect(may(action, resource)).toBe(false);
  });
});

describe('nor another role that is lent, under whatever path:', () => {
  const boundaryOfIt = boundaryArn({ roleArn: OTHER });

  test.each<Row>([
    [
      'put its own boundary in the place of that one’s',
      'iam:PutRolePermissionsBoundary',
      OTHER,
      { boundary: BOUNDARY },
    ],
    ['take that one’s boundary off', 'iam:DeleteRolePermissionsBoundary', OTHER, { boundary: boundaryOfIt }],
    ['give it permissions', 'iam:PutRolePolicy', OTHER, { boundary: boundaryOfIt }],
    ['attach permissions to it', 'iam:AttachRolePolicy', OTHER, { boundary: boundaryOfIt }],
    ['take a deny off it', 'iam:DetachRolePolicy', OTHER, { boundary: boundaryOfIt }],
    ['delete a deny of it', 'iam:DeleteRolePolicy', OTHER, { boundary: boundaryOfIt }],
    ['change whom it trusts', 'iam:UpdateAssumeRolePolicy', OTHER],
    ['make it last longer', 'iam:UpdateRole', OTHER, { lent: true }],
    ['delete it', 'iam:DeleteRole', OTHER, { lent: true }],
    ['put it into an instance profile', 'iam:AddRoleToInstanceProfile', OTHER, { lent: true }],
    ['take its tag off, so that it is nobody’s', 'iam:UntagRole', OTHER, { lent: true }],
  ])('%s', (_, action, resource, ...[of]) => {
    expect(may(action, resource, of)).toBe(false);
  });
});

describe('nor make, or empower, a principal that the denies do not reach:', () => {
  const all = own('policy/all');

  test.each<Row>([
    ['make a role without the boundary', 'iam:CreateRole', own('role/mine')],
    ['make a role with another boundary', 'iam:CreateRole', own('role/mine'), { boundary: all }],
    [
      'make a role with the boundary of another role that is lent',
      'iam:CreateRole',
      own('role/mine'),
      { boundary: boundaryArn({ roleArn: OTHER }) },
    ],
    ['make a user without the boundary', 'iam:CreateUser', own('user/mine')],
    [
      'take the boundary off a user that it made',
      'iam:DeleteUserPermissionsBoundary',
      own('user/mine'),
      { boundary: BOUNDARY },
    ],
    [
      'exchange the boundary of a user that it made',
      'iam:PutUserPermissionsBoundary',
      own('user/mine'),
      { boundary: all },
    ],
    ['make an access key for a user that is there', 'iam:CreateAccessKey', own('user/admin')],
    ['give a user that is there a password', 'iam:CreateLoginProfile', own('user/admin')],
    ['change the password of a user that is there', 'iam:UpdateLoginProfile', own('user/admin')],
    ['make an old access key of a user that is there active again', 'iam:UpdateAccessKey', own('user/admin')],
    ['make an API key for a user that is there', 'iam:CreateServiceSpecificCredential', own('user/admin')],
    ['have an API key of a user that is there made anew', 'iam:ResetServiceSpecificCredential', own('user/admin')],
    ['make an API key of a user that is there active again', 'iam:UpdateServiceSpecificCredential', own('user/admin')],
    ['give a user that is there a signing certificate', 'iam:UploadSigningCertificate', own('user/admin')],
    ['make an old signing certificate active again', 'iam:UpdateSigningCertificate', own('user/admin')],
    ['give a user that is there an SSH key', 'iam:UploadSSHPublicKey', own('user/admin')],
    ['make an old SSH key active again', 'iam:UpdateSSHPublicKey', own('user/admin')],
    ['put its own second factor in the place of a user’s', 'iam:EnableMFADevice', own('user/admin')],
    ['take the second factor off a user', 'iam:DeactivateMFADevice', own('user/admin')],
    ['let itself into a role that is there', 'iam:UpdateAssumeRolePolicy', own('role/admin')],
    ['exchange the keys of the provider that a role trusts', 'iam:UpdateSAMLProvider', own('saml-provider/corporate')],
    ['make a provider that a role trusts anew', 'iam:DeleteSAMLProvider', own('saml-provider/corporate')],
    [
      'have tokens for another audience taken by a provider that a role trusts',
      'iam:AddClientIDToOpenIDConnectProvider',
      own('oidc-provider/ci.example.com'),
    ],
    [
      'exchange the thumbprint of a provider that a role trusts',
      'iam:UpdateOpenIDConnectProviderThumbprint',
      own('oidc-provider/ci.example.com'),
    ],
    ['give permissions to a role that is there', 'iam:PutRolePolicy', own('role/ci')],
    ['attach permissions to a role that is there', 'iam:AttachRolePolicy', own('role/ci')],
    ['take a deny off a role that is there', 'iam:DeleteRolePolicy', own('role/ci')],
    ['give permissions to a user that is there', 'iam:PutUserPolicy', own('user/admin')],
    ['attach permissions to a group', 'iam:AttachGroupPolicy', own('group/all')],
    ['give permissions to a group', 'iam:PutGroupPolicy', own('group/all')],
    ['take a deny off a group', 'iam:DetachGroupPolicy', own('group/all')],
    ['put a user into a group', 'iam:AddUserToGroup', own('group/admins')],
    ['write more into a policy that a role carries', 'iam:CreatePolicyVersion', own('policy/ci')],
    ['go back to an earlier version of a policy that a role carries', 'iam:SetDefaultPolicyVersion', own('policy/ci')],
    ['become the root of an account', 'sts:AssumeRoot', 'arn:aws:iam::444455556666:root'],
  ])('%s', (_, action, resource, ...[of]) => {
    expect(may(action, resource, of)).toBe(false);
  });
});

describe('it is an administrator’s session all the same:', () => {
  test.each<Row>([
    ['makes roles that carry the boundary', 'iam:CreateRole', own('role/mine'), { boundary: BOUNDARY }],
    ['gives them permissions', 'iam:PutRolePolicy', own('role/mine'), { boundary: BOUNDARY }],
    ['attaches policies to them', 'iam:AttachRolePolicy', own('role/mine'), { boundary: BOUNDARY }],
    ['hands them to a service', 'iam:PassRole', own('role/mine')],
    ['deletes roles that are not lent', 'iam:DeleteRole', own('role/mine')],
    ['makes policies', 'iam:CreatePolicy', own('policy/mine')],
    ['makes a provider for a cluster', 'iam:CreateOpenIDConnectProvider', own('oidc-provider/cluster.example.com')],
    ['lists who there is', 'iam:ListRoles', '*'],
    ['deletes an SSH key that leaked', 'iam:DeleteSSHPublicKey', own('user/admin')],
    ['does whatever has nothing to do with us', 's3:GetObject', 'arn:aws:s3:::reports/x'],
  ])('%s', (_, action, resource, ...[of]) => {
    expect(may(action, resource, of)).toBe(true);
  });
});

test('besides all this, a boundary has room for a hundred and fifty denies', () => {
  const requestIds = Array.from({ length: 150 }, (_, at) => requestIdOf(at));
  expect(boundaryDocument(ROLE, [ALLOW_EVERYTHING], { requestIds })).toBeDefined();
});
