import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Deed } from '../../lib/config/doctor/diagnose.ts';
import type { Seen, Simulated } from '../../lib/config/doctor/live.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { TrustedBroker } from '../../lib/domain/target-role.ts';
import { Failure } from '../failure.ts';
import { askAws } from './ask-aws.ts';
import { awsCommand } from './aws-command.ts';

const { readBoundary } = await import('../../lib/broker/boundary-text.ts');
const { OF_THE_REVOKER } = await import('../../lib/config/doctor/live.ts');
const { readRoles } = await import('../../lib/config/role-facts.ts');
const { boundaryArn, boundaryDocument, revokerArn, roleName } = await import('../../lib/domain/boundary.ts');
const { samlProviderArn } = await import('../../lib/domain/role-session.ts');
const { oidcProviderArn } = await import('../../lib/domain/target-role.ts');

/** Whose credentials the AWS CLI has. @throws Failure 2, as all here */
export const accountOfCaller = async (): Promise<string> =>
  parsed(z.object({ Account: z.string() }), await awsCommand('sts', 'get-caller-identity')).Account;

/** What the account of an entitlement says of all that its sessions need, besides the role itself. Reads only. */
export const askAccount = async (
  entitlement: Entitlement,
  { issuer }: TrustedBroker,
  deed: Deed | undefined,
): Promise<Seen> => {
  const { account, session } = entitlement;
  const [arn, boundary] = [revokerArn(entitlement), boundaryArn(entitlement)];
  const revoker = readRoles(await askAws([roleName(arn)]))?.find((each) => each.arn === arn) ?? null;
  const provider = oidcProviderArn(account, issuer);
  return {
    boundary: await boundarySeen(entitlement, issuer),
    revoker,
    revokerMay: revoker ? await simulate(arn, OF_THE_REVOKER, boundary) : {},
    ...(session.via === 'webIdentity' ? { oidcProvider: await oidcProviderSeen(provider) } : {}),
    ...(session.via === 'saml' ? { samlProvider: await samlProviderSeen(samlProviderArn(account)) } : {}),
    ...(deed ? deedSeen(await simulate(entitlement.roleArn, [deed.action], deed.resource)) : {}),
  };
};

const deedSeen = (results: Readonly<Record<string, Simulated>>): Pick<Seen, 'deed'> => {
  const [deed] = Object.values(results);
  return deed ? { deed } : {};
};

const policySchema = z.object({ Policy: z.object({ DefaultVersionId: z.string() }) });
const versionSchema = z.object({ PolicyVersion: z.object({ Document: z.unknown() }) });

const boundarySeen = async (entitlement: Entitlement, issuer: string): Promise<Seen['boundary']> => {
  const arn = boundaryArn(entitlement);
  const policy = await awsCommand('iam', 'get-policy', '--policy-arn', arn);
  if (policy === undefined) return null;
  const id = parsed(policySchema, policy).Policy.DefaultVersionId;
  const version = await awsCommand('iam', 'get-policy-version', '--policy-arn', arn, '--version-id', id);
  return { isOurs: isOurs(entitlement, issuer, parsed(versionSchema, version).PolicyVersion.Document) };
};

/** What we would write for what it denies, and its account's own statements, is what it says. */
const isOurs = (entitlement: Entitlement, issuer: string, document: unknown): boolean => {
  try {
    const { own, ended } = readBoundary(JSON.stringify(document));
    return isDeepStrictEqual(document, boundaryDocument({ ...entitlement, issuer }, own, ended));
  } catch {
    return false;
  }
};

const oidcProviderSeen = async (arn: string): Promise<NonNullable<Seen['oidcProvider']> | null> => {
  const text = await awsCommand('iam', 'get-open-id-connect-provider', '--open-id-connect-provider-arn', arn);
  if (text === undefined) return null;
  return { clientIds: parsed(z.object({ ClientIDList: z.array(z.string()).default([]) }), text).ClientIDList };
};

const samlProviderSeen = async (arn: string): Promise<NonNullable<Seen['samlProvider']> | null> => {
  const text = await awsCommand('iam', 'get-saml-provider', '--saml-provider-arn', arn);
  if (text === undefined) return null;
  return { metadata: parsed(z.object({ SAMLMetadataDocument: z.string() }), text).SAMLMetadataDocument };
};

/** IAM API reference, EvaluationResult. */
const simulationSchema = z.object({
  EvaluationResults: z.array(
    z.object({
      EvalActionName: z.string(),
      EvalDecision: z.enum(['allowed', 'explicitDeny', 'implicitDeny']),
      MissingContextValues: z.array(z.string()).default([]),
      PermissionsBoundaryDecisionDetail: z.object({ AllowedByPermissionsBoundary: z.boolean() }).optional(),
      OrganizationsDecisionDetail: z.object({ AllowedByOrganizations: z.boolean() }).optional(),
    }),
  ),
});

/** What each session of ours brings along, and boundaries ask for. */
const ofASession = (): readonly { ContextKeyName: string; ContextKeyType: string; ContextKeyValues: string[] }[] => [
  entry('aws:PrincipalTag/hatcheck-request', 'string', `r_${'A'.repeat(26)}`),
  entry('aws:SourceIdentity', 'string', `p_${'A'.repeat(43)}`),
  entry('aws:TokenIssueTime', 'date', new Date().toISOString().replace(/\.\d+Z$/, 'Z')),
];

const entry = (ContextKeyName: string, ContextKeyType: string, value: string) => ({
  ...{ ContextKeyName, ContextKeyType },
  ContextKeyValues: [value],
});

const simulate = async (
  roleArn: string,
  actions: readonly string[],
  resource: string,
): Promise<Readonly<Record<string, Simulated>>> => {
  const text = await awsCommand(
    ...['iam', 'simulate-principal-policy', '--policy-source-arn', roleArn, '--action-names', ...actions],
    ...['--resource-arns', resource, '--context-entries', JSON.stringify(ofASession())],
  );
  if (text === undefined) return {};
  const { EvaluationResults } = parsed(simulationSchema, text);
  return Object.fromEntries(
    EvaluationResults.map((one) => [
      one.EvalActionName,
      {
        decision: one.EvalDecision,
        isWithinBoundary: one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary ?? true,
        isWithinOrganization: one.OrganizationsDecisionDetail?.AllowedByOrganizations ?? true,
        unknown: one.MissingContextValues,
      },
    ]),
  );
};

const parsed = <T extends z.ZodType>(schema: T, text = ''): z.infer<T> => {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Failure(2, 'the aws command printed something else than AWS answers', { cause: error });
  }
};
