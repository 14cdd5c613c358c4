import type { Partition } from '../../lib/domain/entitlement.ts';

/** Whose credentials a deployment goes by. */
export interface Caller {
  readonly account: string;
  readonly partition: Partition;
  readonly arn: string;
}

/** What is said of a parameter without reading it. */
export interface Parameter {
  /** `String`, `SecureString`. */
  readonly type: string;
  /** What seals it, where that is a key of the account’s own. */
  readonly key?: string;
}

/** What a deployment asks AWS before it begins. Nothing but `makeSecret` changes anything; nothing returns a secret. */
export interface Cloud {
  /** @throws CloudError */
  readonly caller: () => Promise<Caller>;
  /** Those of these parameters that there are, by name; never a value. @throws CloudError */
  readonly parameters: (names: readonly string[]) => Promise<ReadonlyMap<string, Parameter>>;
  /** Whether the secret is in Secrets Manager, and can be read as the functions read it. @throws CloudError */
  readonly hasSecret: (name: string) => Promise<boolean>;
  /** Whether SES may send from the address: it or its domain is verified. @throws CloudError */
  readonly mayMailFrom: (address: string) => Promise<boolean>;
  /** Whether SES still mails to verified addresses only. @throws CloudError */
  readonly mailIsInSandbox: () => Promise<boolean>;
  /** How many calls Lambda runs at once in the account, all its functions together. @throws CloudError */
  readonly concurrency: () => Promise<number>;
  /** @throws CloudError */
  readonly hasTable: (name: string) => Promise<boolean>;
  /** Makes a SecureString where there is nothing; one that is there stays as it is. @throws CloudError */
  readonly makeSecret: (name: string, value: string) => Promise<void>;
}

/** Why AWS did not answer. */
export class CloudError extends Error {
  readonly kind: 'no_credentials' | 'refused' | 'unreachable';
  /** AWS's own code, or the system's. */
  readonly code: string;

  constructor(kind: CloudError['kind'], code: string, options?: { readonly cause?: unknown }) {
    super(`${kind}: ${code}`, options);
    this.name = 'CloudError';
    this.kind = kind;
    this.code = code;
  }
}
