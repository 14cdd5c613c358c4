import { randomBytes } from 'node:crypto';
import type { PolicyDocument } from '../../../local/aws/policy/document.ts';
import { startLocalAws } from '../../../local/aws/server.ts';
import type { LocalAws, LocalAwsOptions } from '../../../local/aws/server.ts';
import type { Role, World } from '../../../local/aws/world.ts';

/** Where the broker lives, and where the roles are that it lends. */
export const BROKER_ACCOUNT = '444455556666';
export const TARGET_ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const BROKER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/credentials`;
export const TARGET = `arn:aws:iam::${TARGET_ACCOUNT}:role/hatcheck/Admin`;

export const ALLOW_ALL = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

export function policy(...statements: object[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** A trust policy that lets `principals` do everything that opening a session takes. */
export function trust(principals: string | string[], condition?: object): PolicyDocument {
  const Action = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];
  return policy({
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action,
    ...(condition && { Condition: condition }),
  });
}

/** A role that may do everything and that everybody in the broker's account may assume, but for what is said otherwise. */
export function role(arn: string, rest: Partial<Role> = {}): Role {
  const trusted = trust(`arn:aws:iam::${BROKER_ACCOUNT}:root`);
  return { arn, trustPolicy: trusted, policies: [ALLOW_ALL], maxSessionSeconds: 3600, ...rest };
}

export function world(...roles: Role[]): World {
  return {
    accounts: {
      [BROKER_ACCOUNT]: { buckets: [{ name: 'broker-archive', objects: {} }] },
      [TARGET_ACCOUNT]: {
        buckets: [
          { name: 'reports', objects: { 'readme.txt': 'hello', '2026/q 1.csv': 'a,b' } },
          { name: 'invoices', objects: { 'secret.txt': 'no' } },
        ],
      },
    },
    roles: [role(BROKER), role(TARGET), ...roles],
  };
}

/** Starts a local AWS on a free port, under a key of its own. */
export function start(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  return startLocalAws({ port: 0, world: world(), signingKey: randomBytes(32), ...options });
}

/** What the SDK's clients are made with; they do not retry, so that the first answer counts. `now` is their time. */
export function clientConfig(aws: LocalAws, roleArn: string, sessionName = 'session', now = new Date()) {
  const credentials = aws.credentialsFor(roleArn, sessionName);
  return { endpoint: aws.endpoint, region: REGION, credentials, maxAttempts: 1, systemClockOffset: offsetTo(now) };
}

/** What a client adds to the machine's time to get `now`. */
export function offsetTo(now: Date): number {
  return now.getTime() - Date.now();
}

/** The name of the error with which a promise is rejected, `'none'` when it is fulfilled. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** The message of the error with which a promise is rejected, `''` when it is fulfilled. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
