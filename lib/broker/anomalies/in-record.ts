import { type Anomaly, type Granted, anomaliesOfIssue, anomalyOfRefusals, onceKey } from '../../domain/anomaly.ts';
import type { Handle, Instant } from '../../domain/principal.ts';
import { isBefore, msOf, plusSeconds } from '../../domain/time.ts';

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
  /** Of whoever asked for its credentials, which need not be who asked for it. */
  readonly refusals: readonly { readonly person: Handle; readonly at: Instant }[];
  /** Intents of which nobody knows what became of them. */
  readonly lostAt: readonly Instant[];
}

/** As docs/events.md: by then the schedule says so. */
const OUTCOME_SECONDS = 600;

const OUTCOMES = new Set(['credentials.issued', 'credentials.withheld', 'credentials.failed']);
/** Only what is not approved yet ends so: whoever said yes to it, somebody else was still asked. */
const NEVER_APPROVED = new Set(['request.denied', 'request.cancelled', 'request.lapsed']);

/**
 * @param events of one request and its refusals, each stream's in order
 * @returns undefined where nobody asked
 */
export const traceOf = (requestId: string, events: readonly TracedEvent[], now: Instant): RequestTrace | undefined => {
  const asked = events.find(({ type }) => type === 'request.submitted');
  if (!asked) return undefined;
  const said = events.filter(({ data }) => data.extension !== true);
  const yeses = said.filter(({ type }) => type === 'request.approved');
  const issued = events.find(({ type }) => type === 'credentials.issued');
  const isApproved = !said.some(({ type }) => NEVER_APPROVED.has(type));
  const lastYes = asked.data.autoApproved === true ? asked : yeses.at(-1);
  const done = new Set(events.flatMap(({ type, data }) => (OUTCOMES.has(type) ? (data.intent ?? []) : [])));
  const isLost = ({ type, at, eventId }: TracedEvent): boolean =>
    type === 'credentials.intended' && !done.has(eventId) && msOf(plusSeconds(at, OUTCOME_SECONDS)) <= msOf(now);
  return {
    ...{ requestId, person: asked.actor.handle, entitlementId: asked.data.entitlementId ?? '', at: asked.at },
    approvers: [...new Set(yeses.map(({ actor }) => actor.handle))],
    ...(lastYes && isApproved ? { approvedAt: lastYes.at } : {}),
    ...(issued ? { issuedAt: issued.at } : {}),
    refusals: events.flatMap(({ type, at, actor }) =>
      type === 'credentials.refused' ? [{ person: actor.handle, at }] : [],
    ),
    lostAt: events.filter(isLost).map(({ at }) => at),
  };
};

/** Everything unusual in a record, oldest first, each once for a person on a day. */
export const anomaliesIn = (traces: readonly RequestTrace[]): readonly Anomaly[] => {
  const refusals = traces.flatMap(({ requestId, refusals: all }) => all.map((each) => ({ ...each, about: requestId })));
  const found = [
    ...[...Map.groupBy(traces, ({ person }) => person)].flatMap(([person, own]) => ofPerson(person, own)),
    ...[...Map.groupBy(refusals, ({ person }) => person).values()].flatMap(ofRefused),
  ];
  const once = new Map<string, Anomaly>();
  for (const anomaly of found.toSorted((a, b) => msOf(a.at) - msOf(b.at))) {
    const key = JSON.stringify(onceKey(anomaly));
    if (!once.has(key)) once.set(key, anomaly);
  }
  return [...once.values()];
};

const ofPerson = (person: Handle, own: readonly RequestTrace[]): readonly Anomaly[] => {
  const newest = own.toSorted((a, b) => msOf(b.at) - msOf(a.at));
  return [
    ...newest.flatMap((request, index) => ofRequest(request, newest.slice(index + 1, index + 1 + EARLIER))),
    ...own.flatMap(({ lostAt, requestId }) =>
      lostAt.map((at): Anomaly => ({ kind: 'intent_without_outcome', person, at, about: requestId })),
    ),
  ];
};

/** All refusals of one person. */
const ofRefused = (own: readonly Omit<Anomaly, 'kind'>[]): readonly Anomaly[] => {
  const refusedAt = own.map(({ at }) => at);
  return own.flatMap((refusal) => anomalyOfRefusals(refusal, refusedAt));
};

/** As the watch does: what was not approved by then says nothing of what is usual. */
const ofRequest = (request: RequestTrace, older: readonly RequestTrace[]): readonly Anomaly[] => {
  const { issuedAt } = request;
  if (issuedAt === undefined) return [];
  const earlier = older.filter(({ approvedAt }) => approvedAt !== undefined && !isBefore(issuedAt, approvedAt));
  return anomaliesOfIssue({ ...request, issuedAt }, earlier);
};

/** As many of somebody's requests are looked at. */
export const EARLIER = 100;
