import type { Stage } from '../../../lib/domain/entitlement.ts';
import type { EventType, RecordedEvent } from '../../../lib/domain/event.ts';

/**
 * What may be done, said a second time and otherwise: over bare lists of events and in milliseconds, without a fold, without what events
 * carry, without rules that have names, and with nothing of `lib/domain` but its types. Where the two disagree, one of them is wrong.
 */
type Of<T extends EventType> = Extract<RecordedEvent, { type: T }>;
export const only = <T extends EventType, E extends RecordedEvent>(
  events: readonly E[],
  ...types: readonly T[]
): readonly Extract<E, { type: T }>[] =>
  events.filter((event): event is Extract<E, { type: T }> => types.some((type) => type === event.type));

const CLOSING = ['request.denied', 'request.cancelled', 'request.revoked', 'request.ended'] as const;

type Yes = Of<'request.approved'>;

/** What waits for people's yes, or waited: the request, or more time for it. */
export interface Waiting {
  readonly stages: readonly Stage[];
  readonly parallel: boolean;
  readonly others: { readonly fromMs: number; readonly to: Stage['from'] } | undefined;
  readonly untilMs: number | undefined;
  readonly yeses: readonly Yes[];
  /** When the last yes that was needed came. */
  readonly enoughMs: number | undefined;
}

/** Everything about the request that follows from its events alone. */
export const factsOf = (events: readonly RecordedEvent[]) => {
  const [asked] = only(events, 'request.submitted');
  if (!asked) throw new TypeError('a life begins with request.submitted');
  const { data } = asked;
  const yeses = only(events, 'request.approved').filter((yes) => !yes.data.extension);
  const closings = only(events, ...CLOSING).filter((event) => !('extension' in event.data));
  const request = waiting(data, yeses, data.pendingUntil);
  const seconds = Math.min(data.durationSeconds, ...yeses.map((yes) => yes.data.durationSeconds ?? Infinity));
  const startsAsked = [data, ...yeses.map((yes) => yes.data)].flatMap(({ startAt }) =>
    startAt === undefined ? [] : [Date.parse(startAt)],
  );
  const approvedMs = data.autoApproved ? Date.parse(asked.at) : request.enoughMs;
  const startMs = approvedMs === undefined ? undefined : Math.max(approvedMs, ...startsAsked);
  const extensions = extensionsOf(events);
  const added = [
    ...only(events, 'request.extended').map((event) => event.data.durationSeconds),
    ...extensions.filter(({ enoughMs }) => enoughMs !== undefined).map((each) => each.seconds),
  ];
  const moreSeconds = added.reduce((sum, each) => sum + each, 0);
  return {
    ...{ asked, data, yeses, request, seconds, moreSeconds, isExtended: added.length > 0 },
    /** What it is known as: a revoke may come after the requester's own end. */
    closing: closings.at(-1),
    /** Since when it is no grant any more. */
    closedMs: closings[0] && Date.parse(closings[0].at),
    isExtendedByRule: only(events, 'request.extended').length > 0,
    timesAskedForMore: only(events, 'request.extended', 'request.extension_requested').length,
    yesesToMore: only(events, 'request.approved').filter((yes) => yes.data.extension),
    laterThanMs: startsAsked.length > 0 ? Math.max(...startsAsked) : undefined,
    startMs,
    endMs: startMs === undefined ? undefined : startMs + (seconds + moreSeconds) * 1000,
    extension: extensions.at(-1),
    reviews: only(events, 'request.reviewed'),
    intents: only(events, 'credentials.intended'),
  };
};

export type Facts = ReturnType<typeof factsOf>;

export interface MoreTime extends Waiting {
  /** Which event of the request asked for it, counted from 0. */
  readonly place: number;
  readonly seconds: number;
  readonly isClosed: boolean;
}

/** Each ask for more time, with what was said of it until the next one. */
const extensionsOf = (events: readonly RecordedEvent[]): readonly MoreTime[] =>
  events.flatMap((event, at) => {
    if (event.type !== 'request.extension_requested') return [];
    const rest = events.slice(at + 1);
    const next = rest.findIndex(({ type }) => type === 'request.extension_requested');
    const said = next === -1 ? rest : rest.slice(0, next);
    const yeses = only(said, 'request.approved').filter((yes) => yes.data.extension);
    const seconds = Math.min(event.data.durationSeconds, ...yeses.map((yes) => yes.data.durationSeconds ?? Infinity));
    const isClosed = only(said, 'request.denied', 'request.cancelled').some((no) => no.data.extension);
    return [{ ...waiting(event.data, yeses, event.data.pendingUntil), place: at, seconds, isClosed }];
  });

type Asking = Pick<Of<'request.submitted'>['data'], 'stages' | 'parallel' | 'escalation'>;

const waiting = (
  { stages, parallel: atOnce, escalation }: Asking,
  yeses: readonly Yes[],
  until: string | undefined,
): Waiting => {
  const parallel = atOnce === true;
  const needed = stages.reduce((sum, { count }) => sum + count, 0);
  const isEnough = needed > 0 && yeses.length >= needed && room({ stages, parallel, yeses }, []) !== undefined;
  return {
    ...{ stages, parallel, yeses },
    others: escalation && { fromMs: Date.parse(escalation.at), to: escalation.to },
    untilMs: until === undefined ? undefined : Date.parse(until),
    enoughMs: isEnough ? Math.max(...yeses.map(({ at }) => Date.parse(at))) : undefined,
  };
};

/**
 * How many seats each stage has left when everybody who said yes sits somewhere, and so does one more who could sit at any of `more`
 * (nobody, when it is empty); undefined when they cannot all sit. In order, everybody sits where they said it; otherwise all ways of
 * seating them are tried.
 */
export const room = (
  { stages, parallel, yeses }: Pick<Waiting, 'stages' | 'parallel' | 'yeses'>,
  more: readonly number[],
): readonly number[] | undefined => {
  const could = yeses.map(({ data }) => (parallel ? (data.couldServe ?? [data.stage]) : [data.stage]));
  return seatAll(
    more.length > 0 ? [...could, more] : could,
    stages.map(({ count }) => count),
  );
};

const seatAll = (could: readonly (readonly number[])[], left: readonly number[]): readonly number[] | undefined => {
  const [first, ...others] = could;
  if (!first) return left;
  for (const stage of first) {
    if ((left[stage] ?? 0) === 0) continue;
    const seated = seatAll(
      others,
      left.map((seats, at) => (at === stage ? seats - 1 : seats)),
    );
    if (seated) return seated;
  }
  return undefined;
};

export const statusOf = ({ closing, endMs, request }: Facts, nowMs: number): string => {
  if (closing) return closing.type.slice('request.'.length);
  if (endMs !== undefined) return nowMs < endMs ? 'approved' : 'expired';
  return request.untilMs !== undefined && nowMs >= request.untilMs ? 'expired' : 'pending';
};

/** Whether the grant goes on. */
export const isLive = ({ closing, startMs, endMs }: Facts, nowMs: number): boolean =>
  !closing && startMs !== undefined && endMs !== undefined && startMs <= nowMs && nowMs < endMs;

/** More time that was asked for, not later than at this place, and not yet decided, while there is something to add it to. */
export const openMore = (facts: Facts, nowMs: number, upTo = Infinity): MoreTime | undefined => {
  const { extension } = facts;
  const isOpen = extension && !extension.isClosed && extension.enoughMs === undefined && extension.place <= upTo;
  return isOpen && nowMs < (extension.untilMs ?? 0) && isLive(facts, nowMs) ? extension : undefined;
};
