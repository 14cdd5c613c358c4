/** Where a secret is kept. `env` is for a laptop; the other two are AWS Systems Manager Parameter Store and Secrets Manager. */
export interface SecretReference {
  readonly kind: 'env' | 'ssm' | 'secretsmanager';
  readonly name: string;
}

/** Names as each store takes them; a reference is not a secret, and may be printed. */
const FORMS = {
  env: /^[A-Z_][A-Z0-9_]{0,127}$/,
  ssm: /^(?:\/[A-Za-z0-9_.-]+){1,15}$/,
  secretsmanager: /^[A-Za-z0-9/_+=.@-]{1,512}$/,
} as const satisfies Record<SecretReference['kind'], RegExp>;

/** `env:NAME`, `ssm:/path/name` or `secretsmanager:name`; undefined for anything else, which may be the secret itself. */
export const parseSecretReference = (text: string): SecretReference | undefined => {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const name = text.slice(colon + 1);
  return isKind(kind) && FORMS[kind].test(name) ? { kind, name } : undefined;
};

/** The reference as it is for one stage: what is written for all of them has `$stage` in its path. */
export const ofStage = (reference: string, stage: string): string => reference.replace('/$stage/', () => `/${stage}/`);

const isKind = (kind: string): kind is SecretReference['kind'] => Object.hasOwn(FORMS, kind);

/** Fetches the secret's value from where it is kept. */
export type FetchSecret = (kind: 'ssm' | 'secretsmanager', name: string) => Promise<string>;

export type ResolveSecret = (reference: string) => Promise<string>;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetchSecret?: FetchSecret;
}

/**
 * Resolves references, each once for as long as the container lives; one that failed is tried again at the next call.
 * Its errors name the reference, never a value.
 */
export const secretResolver = (sources: SecretSources): ResolveSecret => {
  const known = new Map<string, Promise<string>>();
  return (reference) => {
    const pending = known.get(reference) ?? resolve(reference, sources);
    known.set(reference, pending);
    pending.catch(() => known.delete(reference));
    return pending;
  };
};

const resolve = async (reference: string, { env, fetchSecret }: SecretSources): Promise<string> => {
  const parsed = parseSecretReference(reference);
  // NB. Not printed: what is no reference may be a secret that somebody pasted.
  if (!parsed) throw new TypeError('a secret is named by env:NAME, ssm:/path/name or secretsmanager:name');
  const { kind, name } = parsed;
  const value = kind === 'env' ? env[name] : await fetchFrom(fetchSecret, kind, name);
  if (value === undefined || value === '') throw new Error(`the secret ${reference} is not set`);
  return value;
};

const fetchFrom = (fetchSecret: FetchSecret | undefined, kind: 'ssm' | 'secretsmanager', name: string) => {
  if (!fetchSecret) throw new Error(`the secret ${kind}:${name} cannot be fetched: there is no way to ${kind} here`);
  return fetchSecret(kind, name);
};
