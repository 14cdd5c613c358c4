import { createHash } from 'node:crypto';

/** Whoever the local identity providers vouch for: a person who may choose to sign in, or a pipeline with a token. */
export interface Account {
  readonly kind: 'person' | 'workload';
  /** What a `login_hint` names: the e-mail address of a person, the subject of a workload. */
  readonly id: string;
  readonly subject: string;
  /** Claims besides `sub`, as they stand in the ID token. */
  readonly claims: Readonly<Record<string, string | boolean | readonly string[]>>;
}

/** A person whose subject is stable and tells nothing of the address, as at real providers. */
export const person = (email: string, name: string, groups: readonly string[]): Account => ({
  kind: 'person',
  id: email,
  subject: createHash('sha256').update(`local-idp ${email}`).digest('hex').slice(0, 20),
  claims: { email, email_verified: true, name, groups },
});

/** A CI job, with the claims that tell jobs apart. */
export const workload = (subject: string, claims: Readonly<Record<string, string>>): Account => ({
  kind: 'workload',
  id: subject,
  subject,
  claims,
});

export const localAccounts: readonly Account[] = [
  person('engineer@example.com', 'Erin Engineer', ['engineering', 'sre']),
  person('approver@example.com', 'Ari Approver', ['sre-leads']),
  person('security@example.com', 'Sam Security', ['security']),
  person('auditor@example.com', 'Ash Auditor', ['auditors']),
  person('outsider@example.com', 'Oz Outsider', []),
  workload('repo:example/app:ref:refs/heads/main', { repository: 'example/app', ref: 'refs/heads/main' }),
];
