import type { StoredEvent } from '../domain/event.ts';
import type { RequestState } from '../domain/request.ts';
import { secondsBetween } from '../domain/time.ts';
import type { Meter } from '../metrics.ts';

/** They hold the others' hashes, and come of the clock. */
const OF_OURSELVES: ReadonlySet<StoredEvent['type']> = new Set(['log.extended', 'checkpoint.signed']);

/**
 * Counts what happened by what is on record of it, so that whoever did it, in whatever way, waits for nothing. An event that is told twice counts twice.
 * @param request as the event left it, where it is of one
 */
export const measureEvent = (meter: Meter, event: StoredEvent, request: RequestState | undefined): void => {
  if (OF_OURSELVES.has(event.type)) return;
  meter.put('Events', 1, event.type);
  if (event.type === 'request.submitted') meter.put('Asked', 1, approvalOf(event));
  const way = request && wayOf(event, request);
  if (way) meter.put('Issued', 1, way);
  const until = request && decidedBy(event, request);
  if (until) meter.put('Waited', Math.max(0, secondsBetween(request.createdAt, event.at)), until);
};

const approvalOf = ({ data }: Extract<StoredEvent, { type: 'request.submitted' }>) => {
  if (data.breakGlass) return 'breakGlass';
  return data.autoApproved ? 'auto' : 'stages';
};

/** A console's role session is one of its way, too. */
const wayOf = ({ type }: StoredEvent, { snapshot }: RequestState) => {
  if (type === 'console.issued') return 'console';
  return type === 'credentials.issued' ? snapshot.session.via : undefined;
};

/** What ended the waiting of a request, not that of an extension: the last yes that was missing, or whatever made it needless. */
const decidedBy = ({ type, data, at }: StoredEvent, { approvedAt }: RequestState) => {
  if ('extension' in data) return undefined;
  switch (type) {
    case 'request.approved':
      return approvedAt === at ? 'approved' : undefined;
    case 'request.denied':
      return 'denied';
    case 'request.cancelled':
      return 'cancelled';
    case 'request.lapsed':
      return 'lapsed';
    default:
      return undefined;
  }
};
