import { execFile } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Failure } from './failure.ts';
import { parseJson, text } from './json.ts';

/** To whom an IAM role proves itself, and by which region's STS. */
export interface AwsAudience {
  readonly region: string;
  readonly audience: string;
}

interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface Proving extends AwsAudience {
  readonly keys: AwsKeys;
  readonly now: Date;
  /** Only where something stands in for AWS. */
  readonly stsEndpoint?: string | undefined;
}

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const TERMINATOR = 'aws4_request';

/**
 * A call of GetCallerIdentity, signed (SigV4) and not sent: Hatcheck sends it, and AWS tells it whose it is. It is good for a minute, for this
 * audience, and for nothing else that AWS does.
 */
export const awsProof = ({ keys, region, audience, now, stsEndpoint }: Proving): string => {
  const host = new URL(stsEndpoint ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
    .host;
  const date = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const day = date.slice(0, 8);
  const nonce = randomBytes(24).toString('base64url');
  const headers: readonly (readonly [string, string])[] = [
    ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['host', host],
    ['x-amz-date', date],
    ['x-amz-security-token', keys.sessionToken],
    ['x-hatcheck-audience', audience],
    ['x-hatcheck-nonce', nonce],
  ];
  const signed = headers.map(([name]) => name).join(';');
  const canonical = ['POST', '/', '', ...headers.map(([name, value]) => `${name}:${value}`), '', signed, sha256(BODY)];
  const scope = `${day}/${region}/sts/${TERMINATOR}`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical.join('\n'))].join('\n');
  const key = [day, region, 'sts', TERMINATOR].reduce<Buffer>(hmac, Buffer.from(`AWS4${keys.secretAccessKey}`));
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${hmac(key, toSign).toString('hex')}`;
  const proof = { audience, authorization, date, nonce, region, token: keys.sessionToken };
  return Buffer.from(JSON.stringify(proof)).toString('base64url');
};

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const hmac = (key: Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest();

const NAMES = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY', token: 'AWS_SESSION_TOKEN' };

/**
 * Of a role's session: from the environment, as on Lambda, or where the AWS CLI finds them, as on EC2 and ECS.
 * @throws Failure 2 where there are none
 */
export const awsKeys = async (env: NodeJS.ProcessEnv): Promise<AwsKeys> => {
  const own = keysIn(env, NAMES) ?? keysIn(await exported(env), EXPORTED);
  if (!own) throw new Failure(2, 'there are no credentials of an IAM role here, with a session token');
  return own;
};

const EXPORTED = { id: 'AccessKeyId', secret: 'SecretAccessKey', token: 'SessionToken' };

const keysIn = (found: unknown, { id, secret, token }: typeof NAMES): AwsKeys | undefined => {
  const [accessKeyId, secretAccessKey, sessionToken] = [text(found, id), text(found, secret), text(found, token)];
  return accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, sessionToken };
};

const exported = async (env: NodeJS.ProcessEnv): Promise<unknown> => {
  try {
    const words = ['configure', 'export-credentials', '--format', 'process'];
    const { stdout } = await promisify(execFile)('aws', words, { env, timeout: 20_000, maxBuffer: 65_536 });
    return parseJson(stdout);
  } catch {
    // No AWS CLI, an older one, or one that finds none either: the same to whoever asked. What it says may hold what it read.
    return undefined;
  }
};
