import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from './policy/principals.ts';
import { sealer } from './seal.ts';
import type { LoadedRole } from './world.ts';

/** What STS knows of a role session. It travels, encrypted, in the session token, as on AWS. */
export interface RoleSession {
  readonly accessKeyId: string;
  readonly roleArn: string;
  /** The role session name. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Keys of `tags` that the next role session in a chain inherits. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** The session policy as it was sent. */
  readonly policy: string | undefined;
  /** Opened by another role session: what AWS calls role chaining. */
  readonly chained: boolean;
  /** Whose assertion opened it, or the first of its chain; absent where credentials did. */
  readonly federatedProvider?: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Opens role sessions and recognises them again, with no memory but the key. */
export interface SessionIssuer {
  readonly open: (session: Omit<RoleSession, 'accessKeyId'>) => Credentials;
  /** The session in a token that was issued under the same key; undefined for any other text. Does not look at expiry. */
  readonly read: (sessionToken: string) => RoleSession | undefined;
  readonly secretOf: (accessKeyId: string) => string;
  /** Whether the three belong together; does not look at expiry. Compares in constant time. */
  readonly recognise: (accessKeyId: string, secretAccessKey: string, sessionToken: string) => RoleSession | undefined;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `mark` begins every secret access key and session token, so that a test can look for leaks. */
export function sessionIssuer(signingKey: Buffer, mark: string): SessionIssuer {
  const secretKey = Buffer.from(hkdfSync('sha256', signingKey, '', 'secret access keys', 32));
  const seal = sealer<RoleSession>(signingKey, 'session tokens', mark);
  const secretOf = (accessKeyId: string) => {
    const secret = createHmac('sha256', secretKey).update(accessKeyId).digest('base64').slice(0, 40);
    return mark === '' ? secret : `${mark}${secret}`;
  };
  return {
    open: (content) => {
      const accessKeyId = `ASIA${Array.from(randomBytes(16), (byte) => BASE32.charAt(byte % 32)).join('')}`;
      const sessionToken = seal.close({ ...content, accessKeyId });
      const expiration = new Date(content.expiresAt);
      return { accessKeyId, secretAccessKey: secretOf(accessKeyId), sessionToken, expiration };
    },
    read: seal.open,
    secretOf,
    recognise: (accessKeyId, secretAccessKey, sessionToken) => {
      const session = seal.open(sessionToken);
      const genuine = sameText(secretOf(accessKeyId), secretAccessKey);
      return session?.accessKeyId === accessKeyId && genuine ? session : undefined;
    },
  };
}

/** Compares two secrets without telling by the time taken where they differ. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The name under which AWS shows a session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`, without the path. */
export function sessionArn(role: LoadedRole, session: RoleSession): string {
  return `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${session.name}`;
}

/** The session as policies see it. */
export function callerOf(role: LoadedRole, session: RoleSession): Caller & { kind: 'role' } {
  return { kind: 'role', account: role.account, roleArn: role.arn, sessionArn: sessionArn(role, session) };
}
