import type { RolePlan } from './plan.ts';

const ONCE = 'OncePerAccount';
const MADE_HERE = 'MadeHere';

/**
 * A CloudFormation template, as JSON. What an account has one of is made unless the parameter `OncePerAccount` says that it is there.
 * Updating the stack with another access policy leaves the boundary's denies alone as long as its own text here stays the same.
 */
export const cloudFormation = (plan: RolePlan): string =>
  templateOf({
    description: plan.role.description,
    resources: { ...roleAndBoundary(plan, '', plan.role.permissions), ...oncePerAccount(plan, plan.oidcProvider) },
    outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  });

/** "AWS CloudFormation quotas": parameters of a template, of which one is taken already. */
export const MAX_ROLES_IN_A_STACK = 199;

/** The parameter of an account's stack that says what the sessions of a role may do. */
export const permissionsParameter = ({ role }: RolePlan): string => `Permissions${logical(role.name)}`;

/**
 * One template for all roles that an account lends, as JSON: what each may do is a parameter, since access.yml does not know it.
 *
 * @param plans of one account, of different roles, `MAX_ROLES_IN_A_STACK` at the most
 */
export const accountCloudFormation = (account: string, plans: readonly [RolePlan, ...RolePlan[]]): string =>
  templateOf({
    description: `What lets Hatcheck lend ${plans.length} roles of ${account}`,
    parameters: Object.fromEntries(
      plans.map((plan) => [
        permissionsParameter(plan),
        {
          Type: 'String',
          Default: '',
          Description: `ARNs of managed policies, with commas between: what sessions of ${plan.role.name} may do`,
        },
      ]),
    ),
    conditions: Object.fromEntries(
      plans.map((plan) => [
        hasPermissions(plan),
        { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: permissionsParameter(plan) }, ''] }] },
      ]),
    ),
    resources: {
      ...Object.fromEntries(
        plans.flatMap((plan) => Object.entries(roleAndBoundary(plan, logical(plan.role.name), given(plan)))),
      ),
      ...oncePerAccount(plans[0], plans.find(({ oidcProvider }) => oidcProvider)?.oidcProvider),
    },
  });

const given = (plan: RolePlan): object => ({
  'Fn::If': [
    hasPermissions(plan),
    { 'Fn::Split': [',', { Ref: permissionsParameter(plan) }] },
    { Ref: 'AWS::NoValue' },
  ],
});

const hasPermissions = (plan: RolePlan): string => `Has${permissionsParameter(plan)}`;

/** Letters and digits alone, and never the same of two names: those without a word for them go in by their code. */
const logical = (roleName: string): string =>
  roleName.replaceAll(/[^A-Za-y0-9]/g, (sign) => `z${sign.charCodeAt(0).toString(16)}`);

interface Parts {
  readonly description: string;
  readonly parameters?: object;
  readonly conditions?: object;
  readonly resources: object;
  readonly outputs?: object;
}

const templateOf = ({ description, parameters, conditions, resources, outputs }: Parts): string =>
  `${JSON.stringify(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: description,
      Parameters: {
        [ONCE]: {
          Type: 'String',
          AllowedValues: ['make', 'there-already'],
          Default: 'make',
          Description: 'The revoker role and the provider for tokens, of which an account has one each',
        },
        ...parameters,
      },
      Conditions: { [MADE_HERE]: { 'Fn::Equals': [{ Ref: ONCE }, 'make'] }, ...conditions },
      Resources: resources,
      ...(outputs && { Outputs: outputs }),
    },
    null,
    2,
  )}\n`;

/** @param name what both end with. @param permissions ARNs of managed policies, or what CloudFormation makes some of */
const roleAndBoundary = (
  { role, boundary }: RolePlan,
  name: string,
  permissions: object,
): Readonly<Record<string, unknown>> => ({
  [`Boundary${name}`]: {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: boundary.name,
      Path: boundary.path,
      Description:
        'Ends sessions of the role. Written by Hatcheck; statements whose Sid does not begin with Hatcheck are yours.',
      PolicyDocument: boundary.document,
    },
  },
  [`Role${name}`]: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: role.name,
      Path: role.path,
      Description: role.description,
      AssumeRolePolicyDocument: role.trust,
      ManagedPolicyArns: permissions,
      PermissionsBoundary: { Ref: `Boundary${name}` },
      MaxSessionDuration: role.maxSessionSeconds,
      Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
    },
  },
});

const oncePerAccount = ({ revoker }: RolePlan, oidcProvider: RolePlan['oidcProvider']): object => ({
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
});
