import { type Anomaly, type Granted, anomaliesOfIssue, anomalyOfRefusals } from '../../domain/anomaly.ts';
import type { StoredEvent } from '../../domain/event.ts';
import type { Instant } from '../../domain/principal.ts';
import { type RequestState, fold } from '../../domain/request.ts';
import { isBefore } from '../../domain/time.ts';
import { refusalsStream } from '../broker.ts';
import type { Ledger, Summaries } from '../ports.ts';
import { type RequestSummary, positionOf } from '../summary.ts';
import { EARLIER } from './in-record.ts';

/** Where it is put that something was told already. */
export interface AnomalyMarks {
  /** Whether it is the first of its kind, of that person, on that day. @throws HatcheckError `ledger_unavailable` */
  first(anomaly: Anomaly): Promise<boolean>;
}

export interface AnomalyWatch {
  readonly ledger: Pick<Ledger, 'read'>;
  readonly summaries: Pick<Summaries, 'ofRequester'>;
  readonly marks: AnomalyMarks;
  /** Tells whoever should look, and where. */
  readonly tell: (anomaly: Anomaly) => Promise<void>;
}

/**
 * Looks at what a new event makes unusual, by the index and the request's own stream; each is told at most once for a person on a day. That a list may
 * lag by a moment is no harm: nothing is decided by it.
 *
 * @throws HatcheckError `ledger_unavailable`, `aws_unavailable`
 */
export const watchForAnomalies = async (watch: AnomalyWatch, event: StoredEvent): Promise<void> => {
  for (const anomaly of await anomaliesOf(watch, event))
    // NB. Marked first: what is told is told once, and should telling fail it is in the record all the same.
    if (await watch.marks.first(anomaly)) await watch.tell(anomaly);
};

const anomaliesOf = async (watch: AnomalyWatch, event: StoredEvent): Promise<readonly Anomaly[]> => {
  switch (event.type) {
    case 'credentials.issued':
      return ofIssue(watch, event);
    case 'credentials.unknown': {
      const request = fold(await watch.ledger.read(event.stream));
      return request
        ? [{ kind: 'intent_without_outcome', person: request.requester, at: event.at, about: request.id }]
        : [];
    }
    case 'credentials.refused':
      return ofRefusal(watch, event);
    default:
      return [];
  }
};

const ofIssue = async ({ ledger, summaries }: AnomalyWatch, { stream, seq, at }: StoredEvent) => {
  const events = await ledger.read(stream);
  const request = fold(events);
  const first = events.find(({ type }) => type === 'credentials.issued');
  // Of a request the first issue is looked at, not every hour's.
  if (!request || first?.seq !== seq) return [];
  const { items } = await summaries.ofRequester(request.requester, { limit: EARLIER, after: positionOf(request) });
  const earlier = items.filter(approvedBy(at)).map(grantedOf);
  return anomaliesOfIssue({ ...grantedOf(request), person: request.requester, issuedAt: at }, earlier);
};

const approvedBy =
  (at: Instant) =>
  ({ approvedAt }: RequestSummary): boolean =>
    approvedAt !== undefined && !isBefore(at, approvedAt);

const grantedOf = ({
  entitlementId,
  createdAt,
  approvals,
}: Pick<RequestState, 'entitlementId' | 'createdAt' | 'approvals'>): Granted => ({
  ...{ entitlementId, at: createdAt },
  approvers: [...new Set(approvals.map(({ approver }) => approver))],
});

/** Of one request: whoever is refused again and again is, as a rule, refused at the same one. */
const ofRefusal = async (
  { ledger }: AnomalyWatch,
  { at, actor, data }: Extract<StoredEvent, { type: 'credentials.refused' }>,
) => {
  const refusals = await ledger.read(refusalsStream(data.requestId));
  const own = refusals.filter((each) => each.actor.handle === actor.handle).map((each) => each.at);
  return anomalyOfRefusals({ person: actor.handle, at, about: data.requestId }, own);
};
