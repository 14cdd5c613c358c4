import type { Handle, Instant } from './principal.ts';
import { isBefore, plusSeconds } from './time.ts';

/** An intent to open a role session, with what the ledger says became of it. */
export interface Issue {
  readonly requestId: string;
  readonly intent: string;
  readonly at: Instant;
  readonly roleArn: string;
  readonly requester: Handle;
  /** Absent: whoever wrote the intent was cut off. */
  readonly outcome?: { readonly kind: 'issued' | 'withheld' | 'failed' | 'unknown'; readonly accessKeyId?: string };
}

/** A call of STS for a role, as CloudTrail has it. */
export interface RoleCall {
  /** CloudTrail's own id of it. */
  readonly id: string;
  readonly at: Instant;
  readonly roleArn: string;
  /** Absent: AWS refused. */
  readonly accessKeyId?: string;
  readonly sourceIdentity?: string;
}

/** What does not fit. Each is a reason to look: a session that nobody decided about, or a record that lacks one. */
export type DifferenceKind =
  | 'session_without_intent'
  | 'intent_without_session'
  | 'intent_without_outcome'
  | 'intent_with_two_sessions'
  | 'session_of_another_role'
  | 'session_of_another_person';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly at: Instant;
  readonly roleArn: string;
  readonly requestId?: string;
  readonly intent?: string;
  readonly call?: string;
}

export interface Reconciled {
  readonly differences: readonly Difference[];
  /** Intents of which nobody knew whether they opened a session, and CloudTrail shows that they did. */
  readonly foundOpen: readonly Issue[];
  readonly compared: { readonly intents: number; readonly sessions: number };
}

/** The time that is compared, ends included, and the roles that are lent. */
export interface Coverage {
  readonly from: Instant;
  readonly to: Instant;
  readonly roles: ReadonlySet<string>;
}

/**
 * Whether every session that was opened on a lent role has exactly one intent, and every intent its outcome and, where that says so, its session.
 * What lies around the time that is compared serves to explain what lies at its edges.
 */
export const reconcile = (
  issues: readonly Issue[],
  calls: readonly RoleCall[],
  { from, to, roles }: Coverage,
): Reconciled => {
  const isWithin = ({ at }: { readonly at: Instant }): boolean => !isBefore(at, from) && !isBefore(to, at);
  const sessions = calls.filter(isSession).filter(({ roleArn }) => roles.has(roleArn));
  const { intentOf, sessionsOf } = explain(issues, sessions);
  const compared = { issues: issues.filter(isWithin), sessions: sessions.filter(isWithin) };
  const differences = [
    ...compared.sessions.flatMap((session) => misfits(session, intentOf.get(session))),
    ...compared.issues.flatMap((issue) => lacks(issue, sessionsOf.get(issue) ?? [], to)),
  ];
  return {
    differences: differences.sort((a, b) => (isBefore(a.at, b.at) ? -1 : 1)),
    foundOpen: compared.issues.filter((issue) => isUnsettled(issue) && sessionsOf.has(issue)),
    compared: { intents: compared.issues.length, sessions: compared.sessions.length },
  };
};

type Session = RoleCall & { readonly accessKeyId: string };

const isSession = (call: RoleCall): call is Session => call.accessKeyId !== undefined;

interface Explained {
  readonly intentOf: ReadonlyMap<RoleCall, Issue>;
  readonly sessionsOf: ReadonlyMap<Issue, readonly RoleCall[]>;
}

/** Each session belongs to the intent whose outcome has its access key, else to one that knows none and may have opened it. */
const explain = (issues: readonly Issue[], sessions: readonly Session[]): Explained => {
  const byKey = new Map(
    issues.flatMap((issue) => (issue.outcome?.accessKeyId ? [[issue.outcome.accessKeyId, issue]] : [])),
  );
  const left = new Set(issues.filter(isUnsettled));
  const intentOf = new Map<RoleCall, Issue>();
  const sessionsOf = new Map<Issue, readonly RoleCall[]>();
  for (const session of sessions) {
    const issue = byKey.get(session.accessKeyId) ?? [...left].find((each) => mayHaveOpened(each, session));
    if (!issue) continue;
    intentOf.set(session, issue);
    sessionsOf.set(issue, [...(sessionsOf.get(issue) ?? []), session]);
    left.delete(issue);
  }
  return { intentOf, sessionsOf };
};

const isUnsettled = ({ outcome }: Issue): boolean => outcome === undefined || outcome.kind === 'unknown';

/** Clocks differ, and the last try of a call comes late. */
const EARLY_SECONDS = 60;
const LATE_SECONDS = 600;

const mayHaveOpened = (issue: Issue, { at, roleArn, sourceIdentity }: RoleCall): boolean =>
  issue.roleArn === roleArn &&
  issue.requester === sourceIdentity &&
  !isBefore(at, plusSeconds(issue.at, -EARLY_SECONDS)) &&
  !isBefore(plusSeconds(issue.at, LATE_SECONDS), at);

const misfits = (session: RoleCall, issue: Issue | undefined): readonly Difference[] => {
  const { id: call, at, roleArn, sourceIdentity } = session;
  if (!issue) return [{ kind: 'session_without_intent', at, roleArn, call }];
  const kinds: DifferenceKind[] = [];
  if (issue.roleArn !== roleArn) kinds.push('session_of_another_role');
  if (issue.requester !== sourceIdentity) kinds.push('session_of_another_person');
  return kinds.map((kind) => ({ kind, at, roleArn, call, requestId: issue.requestId, intent: issue.intent }));
};

const lacks = (issue: Issue, sessions: readonly RoleCall[], to: Instant): readonly Difference[] => {
  const { at, roleArn, requestId, intent, outcome } = issue;
  const kinds: DifferenceKind[] = [];
  if (outcome?.accessKeyId !== undefined && sessions.length === 0) kinds.push('intent_without_session');
  if (sessions.length > 1) kinds.push('intent_with_two_sessions');
  if (!outcome && !isBefore(to, plusSeconds(at, LATE_SECONDS))) kinds.push('intent_without_outcome');
  return kinds.map((kind) => ({ kind, at, roleArn, requestId, intent }));
};
