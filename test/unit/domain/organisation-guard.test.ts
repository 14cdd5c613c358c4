import { describe, expect, test } from '@jest/globals';
import { LENT_TAG } from '../../../lib/domain/boundary.ts';
import { type Guarded, organisationGuard } from '../../../lib/domain/organisation-guard.ts';

const MAKERS = ['arn:aws:iam::*:role/Accounts', 'arn:aws:iam::777788889999:role/Deploy'];
const guard = (more: Partial<Guarded> = {}) =>
  organisationGuard({ partition: 'aws', issuer: 'https://sts.example.com', makers: MAKERS, ...more });

/** All that changes something in IAM, by how the names of its actions begin. */
const CHANGES = [
  ...['iam:Add*', 'iam:Attach*', 'iam:Create*', 'iam:Delete*', 'iam:Detach*', 'iam:Put*'],
  ...['iam:Remove*', 'iam:Set*', 'iam:Tag*', 'iam:Untag*', 'iam:Update*'],
];
const unlessMade = {
  ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/hatcheck/hatcheck-revoker', ...MAKERS] },
};

describe('the guard of an organization', () => {
  test('denies every change of what is ours by name, and of roles that are lent, to all but makers and the revoker', () => {
    expect(guard()).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          ...{ Sid: 'HatcheckOwn', Effect: 'Deny', Action: CHANGES },
          Resource: [
            'arn:aws:iam::*:role/hatcheck/*',
            'arn:aws:iam::*:policy/hatcheck/*',
            'arn:aws:iam::*:*-provider/*hatcheck*',
            'arn:aws:iam::*:oidc-provider/sts.example.com',
          ],
          Condition: unlessMade,
        },
        {
          ...{ Sid: 'HatcheckLent', Effect: 'Deny', Action: CHANGES, Resource: '*' },
          Condition: { ...unlessMade, Null: { [`aws:ResourceTag/${LENT_TAG}`]: 'false' } },
        },
      ],
    });
  });

  test.each(['aws-cn', 'aws-us-gov'] as const)('in %s names the ARNs of that partition, and no other', (partition) => {
    const text = JSON.stringify(guard({ partition, makers: [`arn:${partition}:iam::*:role/Accounts`] }));
    expect(new Set(text.match(/arn:[^:]+:/g))).toEqual(new Set([`arn:${partition}:`]));
  });
});
