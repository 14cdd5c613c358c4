import type { TestStack } from '../support/stack.ts';

const Version = '2012-10-17';
const TRUST = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };

/** Makes a role of the laptop's AWS that may do these things with everything there is. */
export const addRole = (stack: TestStack, arn: string, ...actions: readonly string[]): void => {
  stack.aws.addRole({
    ...{ arn, maxSessionSeconds: 3600, trustPolicy: { Version, Statement: [TRUST] } },
    policies: [{ Version, Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }],
  });
};
