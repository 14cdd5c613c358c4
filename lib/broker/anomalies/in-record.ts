import { type Anomaly, type Granted, anomaliesOfIssue, anomalyOfRefusals, onceKey } from '../../domain/anomaly.ts';
import type { Handle, Instant } from '../../domain/principal.ts';
import { msOf, plusSeconds } from '../../domain/time.ts';

/** What is looked at of an event. */
export interface TracedEvent {
  readonly type: string;
  readonly at: Instant;
  readonly eventId: string;
  readonly actor: { readonly handle: Handle };
  readonly data: {
    readonly entitlementId?: string;
    readonly autoApproved?: boolean;
    readonly extension?: true;
    readonly intent?: string;
  };
}

/** What is kept of a request, of which there may be many. */
export interface RequestTrace extends Granted {
  readonly requestId: string;
  readonly person: Handle;
  /** Absent: it was never approved. */
  readonly approvedAt?: Instant;
  /** When its first credentials were issued. */
  readonly issuedAt?: Instant;
  readonly refusedAt: readonly Instant[];
  /** Intents of which nobody knows what became of them. */
  readonly lostAt: readonly Instant[];
}

/** As docs/events.md: by then the schedule says so. */
const OUTCOME_SECONDS = 600;

const OUTCOMES = new Set(['credentials.issued', 'credentials.withheld', 'credentials.failed']);

/**
 * @param events of one request and its refusals, each stream's in order
 * @returns undefined where nobody asked
 */
export const traceOf = (requestId: string, events: readonly TracedEvent[], now: Instant): RequestTrace | undefined => {
  const asked = events.find(({ type }) => type === 'request.submitted');
  if (!asked) return undefined;
  const yeses = events.filter(({ type, data }) => type === 'request.approved' && data.extension !== true);
  const issued = events.find(({ type }) => type === 'credentials.issued');
  const approvedAt = asked.data.autoApproved === true ? asked.at : yeses.at(-1)?.at;
  const done = new Set(events.flatMap(({ type, data }) => (OUTCOMES.has(type) ? (data.intent ?? []) : [])));
  const isLost = ({ type, at, eventId }: TracedEvent): boolean =>
    type === 'credentials.intended' && !done.has(eventId) && msOf(plusSeconds(at, OUTCOME_SECONDS)) <= msOf(now);
  return {
    ...{ requestId, person: asked.actor.handle, entitlementId: asked.data.entitlementId ?? '', at: asked.at },
    approvers: [...new Set(yeses.map(({ actor }) => actor.handle))],
    ...(approvedAt === undefined ? {} : { approvedAt }),
    ...(issued ? { issuedAt: issued.at } : {}),
    refusedAt: events.flatMap(({ type, at }) => (type === 'credentials.refused' ? [at] : [])),
    lostAt: events.filter(isLost).map(({ at }) => at),
  };
};

/** Everything unusual in a record, oldest first, each once for a person on a day. */
export const anomaliesIn = (traces: readonly RequestTrace[]): readonly Anomaly[] => {
  const found = [...Map.groupBy(traces, ({ person }) => person)].flatMap(([person, own]) => ofPerson(person, own));
  const once = new Map<string, Anomaly>();
  for (const anomaly of found.toSorted((a, b) => msOf(a.at) - msOf(b.at))) {
    const key = JSON.stringify(onceKey(anomaly));
    if (!once.has(key)) once.set(key, anomaly);
  }
  return [...once.values()];
};

const ofPerson = (person: Handle, own: readonly RequestTrace[]): readonly Anomaly[] => {
  const newest = own.toSorted((a, b) => msOf(b.at) - msOf(a.at));
  const refusals = own.flatMap(({ refusedAt, requestId }) => refusedAt.map((at) => ({ person, at, about: requestId })));
  const refusedAt = refusals.map(({ at }) => at);
  return [
    ...newest.flatMap((request, index) => ofRequest(request, newest.slice(index + 1))),
    ...refusals.flatMap((refusal) => anomalyOfRefusals(refusal, refusedAt)),
    ...own.flatMap(({ lostAt, requestId }) =>
      lostAt.map((at): Anomaly => ({ kind: 'intent_without_outcome', person, at, about: requestId })),
    ),
  ];
};

/** As the watch does: what was not approved by then says nothing of what is usual. */
const ofRequest = (request: RequestTrace, older: readonly RequestTrace[]): readonly Anomaly[] => {
  const { issuedAt } = request;
  if (issuedAt === undefined) return [];
  const earlier = older.filter(({ approvedAt }) => approvedAt !== undefined && msOf(approvedAt) <= msOf(issuedAt));
  return anomaliesOfIssue({ ...request, issuedAt }, earlier.slice(0, EARLIER));
};

/** As many of somebody's requests are looked at. */
export const EARLIER = 100;
