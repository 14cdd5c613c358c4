import { afterEach } from '@jest/globals';
import {
  AssumeRoleCommand,
  STSClient,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
} from '@aws-sdk/client-sts';
import type { LocalAws, LocalAwsOptions } from '../../../local/aws/server.ts';
import type { Role } from '../../../local/aws/world.ts';
import { BROKER, REGION, TARGET, clientConfig, role, start, world } from './small-world.ts';

const running: LocalAws[] = [];

export async function startWith(roles: Role[] = [], options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  const aws = await start({ world: world(...roles), ...options });
  running.push(aws);
  return aws;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((aws) => aws.close()));
});

export const INPUT = { RoleArn: TARGET, RoleSessionName: 'engineer@example.com' };

export function assume(aws: LocalAws, input: Partial<AssumeRoleCommandInput> = {}, now = new Date()) {
  return new STSClient(clientConfig(aws, BROKER, 'session', now)).send(new AssumeRoleCommand({ ...INPUT, ...input }));
}

/** A client with the credentials that an AssumeRole answered. */
export function clientOf(aws: LocalAws, { Credentials }: AssumeRoleCommandOutput): STSClient {
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  return new STSClient({ endpoint: aws.endpoint, region: REGION, maxAttempts: 1, credentials });
}

/** The world with the broker's role, or the target role, as the test wants it. */
export const brokerWith = (rest: Partial<Role>) => startWith([role(BROKER, rest)]);
export const targetWith = (rest: Partial<Role>) => startWith([role(TARGET, rest)]);
