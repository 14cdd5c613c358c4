import { setTimeout as pause } from 'node:timers/promises';
import { ListBucketsCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import type { Teller } from './teller.ts';

/** As the API gives them, and the AWS CLI takes them. */
export const credentialsSchema = z.strictObject({
  Version: z.literal(1),
  AccessKeyId: z.string().startsWith('ASIA'),
  SecretAccessKey: z.string().min(20),
  SessionToken: z.string().min(20),
  Expiration: z.iso.datetime(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

/** A revoke takes a second or two here; whoever waits longer has found a fault. */
const PATIENCE_SECONDS = 30;

export const use = async (credentials: Credentials, awsEndpoint: string, teller: Teller): Promise<void> => {
  const { arn, buckets } = await whoAndWhat(credentials, awsEndpoint);
  teller.step('STS says who that is', arn, /assumed-role\/Admin\/engineer@example\.com=/.test(arn));
  teller.step('S3 lists the buckets', buckets, buckets.includes('prod-reports'));
};

/** By the role's permissions boundary; how long it takes is measured, never promised. */
export const endsSoon = async (credentials: Credentials, awsEndpoint: string, teller: Teller): Promise<void> => {
  const beganMs = performance.now();
  const secondsSince = (): number => (performance.now() - beganMs) / 1000;
  let { buckets } = await whoAndWhat(credentials, awsEndpoint);
  while (buckets !== 'AccessDenied' && secondsSince() < PATIENCE_SECONDS) {
    await pause(250);
    ({ buckets } = await whoAndWhat(credentials, awsEndpoint));
  }
  teller.step(
    'and those that are out are worth nothing any more',
    `${buckets}, ${secondsSince().toFixed(1)} s later`,
    buckets === 'AccessDenied',
  );
};

/** By the SDK and nothing of ours, since credentials are good only if a program that knows nothing of us can use them. Being denied is an answer here. */
export const whoAndWhat = async (
  credentials: Credentials,
  endpoint: string,
): Promise<{ arn: string; buckets: string }> => {
  const options = {
    endpoint,
    region: 'eu-west-1',
    credentials: {
      accessKeyId: credentials.AccessKeyId,
      secretAccessKey: credentials.SecretAccessKey,
      sessionToken: credentials.SessionToken,
    },
  };
  const { Arn = '' } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
  try {
    const { Buckets = [] } = await new S3Client({ ...options, forcePathStyle: true }).send(new ListBucketsCommand({}));
    return { arn: Arn, buckets: Buckets.map(({ Name }) => Name).join(', ') };
  } catch (error) {
    if (error instanceof S3ServiceException) return { arn: Arn, buckets: error.name };
    throw error;
  }
};
