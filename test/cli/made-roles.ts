import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import type { LocalAws } from '../../local/aws/server.ts';
import type { Role } from '../../local/aws/world.ts';
import { type LocalStack, readTemplate } from '../../local/template.ts';
import { ALLOW_ALL, clientConfig } from '../local/aws/small-world.ts';
import { requestIdOf } from '../support/revocations.ts';
import type { RoleTemplates } from './role-templates.ts';

/** What CloudFormation makes of the templates, in the local AWS. */
export const ADMIN = 'arn:aws:iam::111122223333:role/hatcheck/Admin';
export const REVOKER = 'arn:aws:iam::111122223333:role/hatcheck/hatcheck-revoker';

export const document = z.record(z.string(), z.unknown());

/** @throws Error when no template was made */
export const stackOf = async (
  at: RoleTemplates,
  id: string,
  accountId: string,
  ...more: readonly string[]
): Promise<LocalStack> => {
  const { code, stdout, stderr } = await at.template(id, ...more);
  if (code !== 0) throw new Error(stderr);
  return readTemplate(
    JSON.parse(stdout),
    { accountId, region: 'eu-west-1', partition: 'aws', stackName: 'role' },
    at.folder,
  );
};

/** What a managed policy of AWS's allows is everything here. */
export const rolesIn = (stack: LocalStack): readonly Role[] =>
  Object.values(stack.roles).map(
    ({ arn, trustPolicy, policies, permissionsBoundary, maxSessionSeconds, managedPolicyArns }) => ({
      ...{ arn, maxSessionSeconds, trustPolicy: document.parse(trustPolicy) },
      policies: [...policies.map((each) => document.parse(each.document)), ...managedPolicyArns.map(() => ALLOW_ALL)],
      ...(permissionsBoundary === undefined ? {} : { boundary: permissionsBoundary }),
    }),
  );

const boundaryResource = z.object({ PolicyDocument: document });

export const boundariesIn = (stack: LocalStack) =>
  Object.fromEntries(
    stack
      .resourcesOf('AWS::IAM::ManagedPolicy')
      .map((each) => [each.ref(), boundaryResource.parse(each.properties).PolicyDocument]),
  );

/** Of the lent role, as the function `credentials` asks, unless something is changed. */
export const assume = (aws: LocalAws, caller: string, changes: Partial<AssumeRoleCommandInput> = {}) =>
  new STSClient(clientConfig(aws, caller)).send(
    new AssumeRoleCommand({
      ...{ RoleArn: ADMIN, RoleSessionName: 'engineer@example.com=AAAAAAAA', ExternalId: '5f0c9a1e' },
      SourceIdentity: `p_${'A'.repeat(43)}`,
      Tags: [{ Key: 'hatcheck-request', Value: requestIdOf(1) }],
      DurationSeconds: 3600,
      ...changes,
    }),
  );

/** As the function `on-revocation` asks. */
export const assumeRevoker = (aws: LocalAws, caller: string, changes: Partial<AssumeRoleCommandInput> = {}) =>
  assume(aws, caller, { RoleArn: REVOKER, Tags: [], SourceIdentity: undefined, ...changes });
