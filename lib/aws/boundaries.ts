import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Boundaries } from '../broker/end-sessions.ts';
import { type BoundedRole, boundaryArn, revokerArn, roleName } from '../domain/boundary.ts';
import { HatcheckError } from '../domain/errors.ts';
import { type AwsAccess, FIXED, stsClient } from './clients.ts';

export interface BoundariesOptions {
  /** Only where something stands in for AWS. */
  readonly endpoint?: string;
  /** Default: the function's own, from its environment. */
  readonly credentials?: NonNullable<AwsAccess['credentials']>;
}

/** Milliseconds that IAM gets to take a connection, and to answer; tried three times. */
const TIMEOUTS = { connectionTimeout: 1000, requestTimeout: 4000, socketTimeout: 4000, throwOnRequestTimeout: true };

/** The least that STS gives: a message is dealt with in seconds. */
const REVOKER_SECONDS = 900;

/** "IAM and AWS STS quotas": versions of a managed policy that can be stored. */
const MAX_VERSIONS = 5;

/** Boundaries by IAM, each account's through its revoker role, one new session of it for each call, good for that boundary only. */
export const iamBoundaries = (options: BoundariesOptions = {}): Boundaries => ({
  read: (role) =>
    asRevoker(role, options, async (client, PolicyArn) => {
      await checkCarried(client, role);
      const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId ?? '';
      return { versionId: VersionId, text: await textOf(client, PolicyArn, VersionId) };
    }),
  version: (role, versionId) =>
    asRevoker(role, options, async (client, PolicyArn) => {
      try {
        return await textOf(client, PolicyArn, versionId);
      } catch (error) {
        if (error instanceof NoSuchEntityException) return undefined;
        throw error;
      }
    }),
  write: (role, text) =>
    asRevoker(role, options, async (client, PolicyArn) => {
      await makeRoom(client, PolicyArn);
      const { PolicyVersion } = await client.send(
        new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }),
      );
      return PolicyVersion?.VersionId ?? '';
    }),
});

const textOf = async (client: IAMClient, PolicyArn: string, VersionId: string): Promise<string> => {
  const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return decodeURIComponent(PolicyVersion?.Document ?? '');
};

/** @throws HatcheckError `aws_unavailable`, whatever went wrong. */
const asRevoker = async <T>(
  role: BoundedRole,
  options: BoundariesOptions,
  work: (client: IAMClient, boundary: string) => Promise<T>,
): Promise<T> => {
  let client: IAMClient | undefined;
  try {
    client = await clientFor(role, options);
    return await work(client, boundaryArn(role));
  } catch (cause) {
    if (cause instanceof HatcheckError) throw cause;
    const code = cause instanceof Error ? cause.name : 'Unknown';
    throw new HatcheckError({ code: 'aws_unavailable', reason: `the boundary of ${role.roleArn}: ${code}` }, { cause });
  } finally {
    client?.destroy();
  }
};

/** NB. A deny in a boundary that no role carries is none. */
const checkCarried = async (client: IAMClient, role: BoundedRole): Promise<void> => {
  const { Role } = await client.send(new GetRoleCommand({ RoleName: roleName(role.roleArn) }));
  if (Role?.PermissionsBoundary?.PermissionsBoundaryArn !== boundaryArn(role)) {
    throw new HatcheckError({ code: 'aws_unavailable', reason: `${role.roleArn} does not carry its boundary` });
  }
};

/** IAM lists no order that can be relied on: the number in an id tells the age. */
const makeRoom = async (client: IAMClient, PolicyArn: string): Promise<void> => {
  const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
  const removable = Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion !== true)
    .flatMap(({ VersionId }) => VersionId ?? [])
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  for (const VersionId of removable.slice(0, Math.max(0, Versions.length - MAX_VERSIONS + 1))) {
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  }
};

const clientFor = async (role: BoundedRole, options: BoundariesOptions): Promise<IAMClient> => {
  const access = {
    region: role.account.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  };
  return new IAMClient({
    ...FIXED,
    ...access,
    credentials: await assumeRevoker(role, {
      ...access,
      ...(options.credentials && { credentials: options.credentials }),
    }),
    maxAttempts: 3,
    requestHandler: TIMEOUTS,
  });
};

const assumeRevoker = async (role: BoundedRole, access: AwsAccess) => {
  const { externalId } = role.account;
  const { Credentials } = await stsClient(access, { connectMs: 1000, answerMs: 4000 }).send(
    new AssumeRoleCommand({
      RoleArn: revokerArn(role),
      RoleSessionName: 'hatcheck-on-revocation',
      DurationSeconds: REVOKER_SECONDS,
      Policy: JSON.stringify(onlyFor(role)),
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
    throw new HatcheckError({ code: 'aws_unavailable', reason: 'STS answered without credentials' });
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};

const onlyFor = (role: BoundedRole): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['GetPolicy', 'GetPolicyVersion', 'ListPolicyVersions', 'CreatePolicyVersion', 'DeletePolicyVersion'].map(
        (action) => `iam:${action}`,
      ),
      Resource: boundaryArn(role),
    },
    { Effect: 'Allow', Action: 'iam:GetRole', Resource: role.roleArn },
  ],
});
