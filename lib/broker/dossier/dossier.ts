import type { StoredEvent } from '../../domain/event.ts';
import { certain } from '../../domain/invariant.ts';
import type { Handle, Instant, Principal } from '../../domain/principal.ts';
import { onlyAuditors } from '../auditor.ts';
import type { Desk } from '../broker.ts';
import { readRequest } from '../read-request.ts';
import { type RequestView, viewRequests } from '../request-view.ts';
import { concernsOf } from '../search/concerns.ts';
import type { Person } from '../staged-view.ts';
import { type LogReader, type SignedOnRecord, logPlacesOf, newestCheckpoint } from './coverage.ts';
import { type TimelineEntry, timelineOf } from './timeline.ts';

/** One request, for whoever investigates: what it is, its events as they are stored, and both in words and order, with what proves them. */
export interface Dossier {
  /** When it was put together: all of it is as of then. */
  readonly at: Instant;
  readonly request: RequestView;
  readonly events: readonly StoredEvent[];
  readonly timeline: readonly TimelineEntry[];
  readonly coverage: Coverage;
}

/** How many of the events the log proves, and by which checkpoint; absent while none was signed. */
export interface Coverage {
  readonly proved: number;
  readonly waiting: number;
  readonly unproved: number;
  readonly checkpoint?: Omit<SignedOnRecord, 'said'> & { readonly at: Instant; readonly size: number };
}

/**
 * Whose names and words are gone is named by handle.
 * @throws HatcheckError `not_an_auditor`, `not_found`, `ledger_unavailable` (also for a chain that is broken), `aws_unavailable`
 */
export const dossierOf = async (desk: Desk, log: LogReader, caller: Principal, requestId: string): Promise<Dossier> => {
  const principal = await onlyAuditors(desk, caller);
  const { request, events, known } = await readRequest(desk, principal, requestId);
  const signed = await newestCheckpoint(log);
  const [views, names, words, places] = await Promise.all([
    viewRequests(desk, principal, [request], { known }),
    desk.people.get([...new Set(events.flatMap(handlesIn))]),
    desk.texts.get(events.flatMap(wordsIn)),
    logPlacesOf(log, events, signed),
  ]);
  const person = (handle: Handle): Person => ({ handle, ...names.get(handle) });
  const timeline = timelineOf(events, { person, words, places });
  return {
    at: desk.clock.now(),
    request: certain(views[0], 'a request that was read has a view'),
    events,
    timeline,
    coverage: coverageOf(timeline, signed),
  };
};

const handlesIn = (event: StoredEvent): readonly Handle[] => [event.actor.handle, ...(concernsOf(event)?.people ?? [])];

const wordsIn = (event: StoredEvent) => {
  const ref = concernsOf(event)?.words;
  return ref ? [{ author: event.actor.handle, ref }] : [];
};

const coverageOf = (timeline: readonly TimelineEntry[], signed: SignedOnRecord | undefined): Coverage => {
  const count = (state: TimelineEntry['log']['state']): number =>
    timeline.filter(({ log }) => log.state === state).length;
  return {
    ...{ proved: count('proved'), waiting: count('waiting'), unproved: count('unproved') },
    ...(signed ? { checkpoint: shown(signed) } : {}),
  };
};

const shown = ({ said: { at, size }, ...signed }: SignedOnRecord) => ({ ...signed, at, size });
