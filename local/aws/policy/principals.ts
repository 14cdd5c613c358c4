/** Who asks, as policies can name them. */
export type Caller =
  | { readonly kind: 'role'; readonly account: string; readonly roleArn: string; readonly sessionArn: string }
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'service'; readonly service: string };

/**
 * How a Principal element names the caller: by itself (`direct`), or by its account only, which leaves it to the
 * account's own policies to say yes; `none` when it does not.
 */
export type Naming = 'direct' | 'account' | 'none';

export type Principals = (caller: Caller) => Naming;

const ACCOUNT = /^\d{12}$/;
const ROOT = /^arn:(?:aws|aws-cn|aws-us-gov):iam::(\d{12}):root$/;
const IAM_ARN = /^arn:(?:aws|aws-cn|aws-us-gov):(?:iam::\d{12}:(?:role|user)|sts::\d{12}:assumed-role)\/[\w+=,.@/-]+$/;
const PROVIDER_ARN = /^arn:(?:aws|aws-cn|aws-us-gov):iam::\d{12}:(?:oidc|saml)-provider\/[\w./:-]+$/;
const PUBLIC_PROVIDERS: ReadonlySet<string> = new Set(['accounts.google.com', 'cognito-identity.amazonaws.com']);
const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;

/**
 * Compiles one entry of a Principal element. `type` is the member's name (AWS, Federated, Service).
 * Throws a SyntaxError for another type, and for names that IAM refuses, such as ARNs with wildcards.
 */
export function compilePrincipal(type: string, name: string): Principals {
  if (type === 'AWS') return compileAwsPrincipal(name);
  if (type === 'Federated' && (PROVIDER_ARN.test(name) || PUBLIC_PROVIDERS.has(name))) {
    return (caller) => (caller.kind === 'federated' && caller.provider === name ? 'direct' : 'none');
  }
  if (type === 'Service' && SERVICE.test(name)) {
    return (caller) => (caller.kind === 'service' && caller.service === name ? 'direct' : 'none');
  }
  throw new SyntaxError(`invalid principal ${type} "${name}"`);
}

function compileAwsPrincipal(name: string): Principals {
  if (name === '*') return () => 'direct';
  const account = ACCOUNT.test(name) ? name : ROOT.exec(name)?.[1];
  if (account !== undefined) {
    return (caller) => (caller.kind === 'role' && caller.account === account ? 'account' : 'none');
  }
  if (!IAM_ARN.test(name)) throw new SyntaxError(`invalid principal AWS "${name}"`);
  return (caller) =>
    caller.kind === 'role' && (caller.roleArn === name || caller.sessionArn === name) ? 'direct' : 'none';
}
