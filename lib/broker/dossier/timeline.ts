import type { Actor, EndedBy, EventType, Purpose, StoredEvent, Verdict } from '../../domain/event.ts';
import type { Handle, Instant } from '../../domain/principal.ts';
import { type Grant, type RequestState, evolve, grantAt } from '../../domain/request.ts';
import type { Scope } from '../../domain/scope.ts';
import { requestStream } from '../broker.ts';
import { concernsOf } from '../search/concerns.ts';
import type { Person } from '../staged-view.ts';
import { type SessionFacts, sessionsOf } from './session-facts.ts';
import type { LogPlace } from './coverage.ts';

/** One thing that happened in a request's life, with what one must know to judge it. The event itself stands in `events`, under the same id. */
export interface TimelineEntry {
  readonly eventId: string;
  readonly stream: string;
  readonly seq: number;
  readonly at: Instant;
  readonly type: EventType;
  readonly actor: Person & Pick<Actor, 'kind'>;
  /** The version of access.yml that it was decided by. */
  readonly policy?: string;
  /** What the actor wrote; absent where they were forgotten. */
  readonly words?: string;
  readonly onBehalfOf?: Person;
  /** Of a decision: what lay before whoever took it. */
  readonly on?: DecidedOn;
  /** Where it changed the grant: what it is from then on. */
  readonly grant?: Pick<Grant, 'startsAt' | 'endsAt'>;
  readonly session?: SessionFacts;
  readonly refusal?: { readonly purpose: Purpose; readonly code: string; readonly reason: string };
  readonly verdict?: Verdict;
  /** Of sessions that were ended: how long it took from the close, and by what. */
  readonly ended?: { readonly tookMs: number; readonly by: EndedBy };
  readonly log: LogPlace;
}

/** A request, or more time for it, as it was when somebody decided on it. */
export interface DecidedOn {
  readonly what: 'request' | 'extension';
  readonly entitlementId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly durationSeconds: number;
  readonly startAt?: Instant;
  readonly ticket?: string;
  readonly scope?: Scope;
  readonly via: string;
  /** Yeses that it had by then. */
  readonly approvals: number;
  /** Of which stage, counted from 0. */
  readonly stage?: number;
}

export interface Telling {
  readonly person: (handle: Handle) => Person;
  /** By the id of their reference. */
  readonly words: ReadonlyMap<string, string>;
  /** By the event's id. */
  readonly places: ReadonlyMap<string, LogPlace>;
}

/** What happened, in the order of the events, which are those of one request and its refusals. */
export const timelineOf = (events: readonly StoredEvent[], telling: Telling): readonly TimelineEntry[] => {
  const sessions = sessionsOf(events);
  let request: RequestState | undefined;
  return events.map((event) => {
    const before = request;
    if (event.stream.startsWith(requestStream(''))) request = evolve(request, event);
    const session = sessions.get(event.eventId);
    return {
      ...entryOf(event, telling),
      ...factsOf(event, telling),
      ...(before && DECISIONS.includes(event.type) ? { on: decidedOn(event, before) } : {}),
      ...changedGrant(before, request, event.at),
      ...(session ? { session } : {}),
      log: telling.places.get(event.eventId) ?? { state: 'waiting' },
    };
  });
};

const DECISIONS: readonly EventType[] = [
  ...(['request.approved', 'request.denied', 'request.cancelled', 'request.revoked', 'request.ended'] as const),
  'request.reviewed',
];

const entryOf = (event: StoredEvent, { person, words }: Telling) => {
  const { eventId, stream, seq, at, type, actor, policy } = event;
  const ref = concernsOf(event)?.words;
  const text = ref ? words.get(ref.id) : undefined;
  return {
    ...{ eventId, stream, seq, at, type, actor: { ...person(actor.handle), kind: actor.kind } },
    ...(policy === undefined ? {} : { policy }),
    ...(text === undefined ? {} : { words: text }),
  };
};

const factsOf = ({ type, data }: StoredEvent, { person }: Telling) => {
  switch (type) {
    case 'request.approved':
      return data.onBehalfOf === undefined ? {} : { onBehalfOf: person(data.onBehalfOf) };
    case 'request.reviewed':
      return { verdict: data.verdict };
    case 'credentials.refused':
      return { refusal: { purpose: data.purpose, code: data.code, reason: data.reason } };
    case 'sessions.ended':
      return { ended: { tookMs: data.tookMs, by: data.by } };
    default:
      return {};
  }
};

const decidedOn = ({ type, data }: StoredEvent, before: RequestState): DecidedOn => {
  const { snapshot, entitlementId, ticket, scope, startAt } = before;
  const more = 'extension' in data ? before.extension : undefined;
  return {
    ...{
      what: more ? 'extension' : 'request',
      entitlementId,
      accountId: snapshot.accountId,
      roleArn: snapshot.roleArn,
    },
    durationSeconds: (more ?? before).grantedSeconds,
    ...(startAt === undefined ? {} : { startAt }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(scope ? { scope } : {}),
    ...{ via: snapshot.session.via, approvals: (more ?? before).approvals.length },
    ...(type === 'request.approved' ? { stage: data.stage } : {}),
  };
};

/** Over, so that nothing of it goes by what time it is. */
const changedGrant = (before: RequestState | undefined, after: RequestState | undefined, at: Instant) => {
  const [was, is] = [before, after].map((request) => request && grantAt(request, at));
  if (!is || (was?.startsAt === is.startsAt && was.endsAt === is.endsAt)) return {};
  return { grant: { startsAt: is.startsAt, endsAt: is.endsAt } };
};
