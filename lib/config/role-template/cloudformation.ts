import type { RolePlan } from './plan.ts';

const ONCE = 'OncePerAccount';
const MADE_HERE = 'MadeHere';

/**
 * A CloudFormation template, as JSON. What an account has one of is made unless the parameter `OncePerAccount` says that it is there.
 * Updating the stack with another access policy leaves the boundary's denies alone as long as its own text here stays the same.
 */
export const cloudFormation = ({ role, boundary, revoker, oidcProvider }: RolePlan): string =>
  `${JSON.stringify(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: role.description,
      Parameters: {
        [ONCE]: {
          Type: 'String',
          AllowedValues: ['make', 'there-already'],
          Default: 'make',
          Description: 'The revoker role and the provider for tokens, of which an account has one each',
        },
      },
      Conditions: { [MADE_HERE]: { 'Fn::Equals': [{ Ref: ONCE }, 'make'] } },
      Resources: {
        Boundary: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: {
            ManagedPolicyName: boundary.name,
            Path: boundary.path,
            Description:
              'Ends sessions of the role. Written by Hatcheck; statements whose Sid does not begin with Hatcheck are yours.',
            PolicyDocument: boundary.document,
          },
        },
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: role.name,
            Path: role.path,
            Description: role.description,
            AssumeRolePolicyDocument: role.trust,
            ManagedPolicyArns: role.permissions,
            PermissionsBoundary: { Ref: 'Boundary' },
            MaxSessionDuration: role.maxSessionSeconds,
            Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
          },
        },
        Revoker: {
          Type: 'AWS::IAM::Role',
          Condition: MADE_HERE,
          Properties: {
            RoleName: revoker.name,
            Path: revoker.path,
            Description: 'Writes the boundaries by which Hatcheck ends sessions, and nothing else.',
            AssumeRolePolicyDocument: revoker.trust,
            Policies: [{ PolicyName: 'boundaries', PolicyDocument: revoker.policy }],
          },
        },
        ...(oidcProvider && {
          TokenProvider: {
            Type: 'AWS::IAM::OIDCProvider',
            Condition: MADE_HERE,
            Properties: { Url: oidcProvider.url, ClientIdList: [oidcProvider.clientId] },
          },
        }),
      },
      Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
    },
    null,
    2,
  )}\n`;
