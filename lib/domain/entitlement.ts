import type { Hours } from './hours.ts';
import type { Approvers, Group } from './principal.ts';
import type { TicketCheck } from './ticket.ts';

export type Partition = 'aws' | 'aws-us-gov' | 'aws-cn';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly partition: Partition;
  readonly region: string;
  /** Against the confused deputy; the target role's trust policy asks for it. Not a secret. */
  readonly externalId?: string;
  /** The name of the account's SAML provider for what we sign; absent: `hatcheck`. */
  readonly samlProvider?: string;
}

/** One statement of an entitlement's own session policy. It can only take away. */
export interface DenyStatement {
  readonly Effect: 'Deny';
  readonly Sid?: string;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface SessionRules {
  /** How STS is asked: with our own credentials, with a token that we sign, or with a SAML response that we sign. */
  readonly via: 'assumeRole' | 'webIdentity' | 'saml';
  /** 900 to 43,200; by `assumeRole` up to 3600: a broker on Lambda chains roles, and AWS caps that at an hour. */
  readonly maxSeconds: number;
  /** What to do when less than the 900 s that STS wants are left: deny by policy from the grant's end on, or refuse. */
  readonly tail: 'deny' | 'refuse';
  /** Whether the session may assume further roles. */
  readonly chaining: boolean;
  /** Addresses and CIDR blocks from which it may be used; absent: from anywhere. */
  readonly sourceIps?: readonly string[];
  /** Whether those that are out end when the requester ends the grant, as they do when somebody revokes it. */
  readonly revokeOnEnd?: true;
  readonly denies: readonly DenyStatement[];
}

export interface Stage {
  readonly from: Approvers;
  /** Distinct people who must say yes. */
  readonly count: number;
}

export interface StagedApproval {
  readonly stages: readonly Stage[];
  /** Every stage is open at once; otherwise they go in order. */
  readonly parallel?: true;
  /** How long the request waits for its last approval, from when it was made. */
  readonly withinSeconds: number;
  /** When nobody has decided by then, others are asked too, at every stage. */
  readonly escalation?: { readonly afterSeconds: number; readonly to: Approvers };
}

export interface ExtensionRules {
  /** Of the whole grant. */
  readonly maxTotalSeconds: number;
  readonly approval: 'auto' | StagedApproval;
}

/** The alarmed path for when the normal one fails: at once, short, and looked at by others afterwards. */
export interface BreakGlassRules {
  readonly requesters: { readonly groups: readonly Group[] };
  readonly maxDurationSeconds: number;
  readonly issuesPerHour: number;
  /** From the grant's end as it was asked for. */
  readonly reviewWithinSeconds: number;
  readonly reviewers: Approvers;
  /** Who hears of it at once: `slack:#security`. */
  readonly notify: readonly string[];
}

/** The rule that makes principals eligible to request a role for at most so long. */
export interface Entitlement {
  readonly id: string;
  readonly title: string;
  /** What the role can do, for whoever asks or decides. */
  readonly description?: string;
  readonly account: Account;
  readonly roleArn: string;
  readonly roleMaxSessionSeconds: number;
  readonly requesters: { readonly groups: readonly Group[] };
  readonly approval: 'auto' | StagedApproval;
  readonly maxDurationSeconds: number;
  readonly justification: { readonly minLength: number };
  readonly ticket?: { readonly pattern: string; readonly required: boolean; readonly check?: TicketCheck };
  readonly requires: {
    readonly mfa: boolean;
    readonly authenticatedWithinSeconds?: number;
    /** No sign-in by device authorization: whoever persuades a person to type a code would hold it (RFC 8628, 5.4). */
    readonly sameDevice?: true;
  };
  /** Of whoever says yes. */
  readonly approverRequires?: {
    readonly mfa: boolean;
    readonly authenticatedWithinSeconds?: number;
    readonly channel?: 'portal';
  };
  readonly groupsMaxAgeSeconds: number;
  readonly session: SessionRules;
  /** Whether a requester may ask for a part of the role. */
  readonly scope?: true;
  /** When it may be used; absent: at any time. */
  readonly hours?: Hours;
  /** Of a live grant; absent: up to `maxDurationSeconds` in all, with the approval that the request needs. */
  readonly extension?: ExtensionRules;
  /** Absent: there is no way past the approval. */
  readonly breakGlass?: BreakGlassRules;
  readonly revokers: Approvers;
  readonly limits: { readonly issuesPerHour: number };
}

/** What an approval binds of the entitlement. When any of it is different at the issue, the issue stops. */
export interface Snapshot {
  readonly accountId: string;
  readonly roleArn: string;
  readonly session: SessionRules;
}

export const snapshotOf = ({ account, roleArn, session }: Entitlement): Snapshot => ({
  accountId: account.id,
  roleArn,
  session,
});

export const sameSnapshot = (a: Snapshot, b: Snapshot): boolean => sameValue(a, b);

type Asked = Pick<StagedApproval, 'stages' | 'parallel'> & { readonly escalation?: { readonly to: Approvers } };

/** Whether the same people are asked in the same way; when, is no part of it. */
export const sameApprovers = (a: Asked, b: Asked): boolean =>
  sameValue(a.stages, b.stages) && a.parallel === b.parallel && sameValue(a.escalation?.to, b.escalation?.to);

/** Equality of JSON values; the order of members does not count, that of list items does. */
const sameValue = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  );
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export const extensionOf = ({ extension, maxDurationSeconds, approval }: Entitlement): ExtensionRules =>
  extension ?? { maxTotalSeconds: maxDurationSeconds, approval };

const atAnyTime = ({ hours: _hours, ...entitlement }: Entitlement): Entitlement => entitlement;

/**
 * The entitlement as break-glass has it: its own requesters, no approval, no hours, no ticket that must be there, its own limits. What
 * is extended needs the approval that any other extension does, and stays as short as break-glass is.
 */
export const underBreakGlass = (entitlement: Entitlement): Entitlement | undefined => {
  const { breakGlass, ticket, ...rest } = atAnyTime(entitlement);
  if (!breakGlass) return undefined;
  const { requesters, maxDurationSeconds, issuesPerHour } = breakGlass;
  return {
    ...rest,
    breakGlass,
    requesters,
    approval: 'auto',
    maxDurationSeconds,
    extension: { maxTotalSeconds: maxDurationSeconds, approval: extensionOf(entitlement).approval },
    ...(ticket ? { ticket: { pattern: ticket.pattern, required: false } } : {}),
    limits: { issuesPerHour },
  };
};
