import {
  type BoundaryDocument,
  type BoundaryStatement,
  type BoundedRole,
  type EndedSessions,
  type OfPerson,
  boundaryDocument,
} from '../domain/boundary.ts';
import type { EndedBy } from '../domain/event.ts';
import { certain } from '../domain/invariant.ts';
import type { Handle, Instant } from '../domain/principal.ts';
import { allOverAt, nextSecond } from '../domain/sessions-out.ts';
import { earliest, isBefore, latest, msOf, plusSeconds } from '../domain/time.ts';

/** A request whose sessions are to be denied, as the ledger has it. */
export interface Denied {
  readonly requester: Handle;
  readonly since: Instant;
  /** When the last of them is over; absent: it never had one. */
  readonly overAt?: Instant;
  /** When IAM had shown a deny of them; absent: not yet. */
  readonly shownAt?: Instant;
}

/**
 * What becomes of the sessions of a request: denied everything, by what, and until when at the least; `over`: none can be out any more;
 * `unread`: the ledger did not say, so that what the boundary denied it goes on denying, and nothing more.
 */
export type Outcome = { readonly by: EndedBy; readonly until: Instant } | 'over' | 'unread';

/** What a boundary says now, and what the ledger says of the requests that it names and of those that are asked for. */
export interface Wanted {
  readonly role: BoundedRole;
  /** The account's own statements. */
  readonly own: readonly BoundaryStatement[];
  readonly ended: EndedSessions;
  readonly found: ReadonlyMap<string, Denied | 'unread'>;
  /** Requests that a plan before this one left to a deny of their person's: it is written, or about to be. */
  readonly leftToPerson: ReadonlySet<string>;
  readonly now: Instant;
}

export interface Plan {
  readonly document: BoundaryDocument;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Requests that have no deny of their own any more, since their person had too many, by the person's handle. */
  readonly crowded: ReadonlyMap<Handle, readonly string[]>;
  /** So many were too many, whoever's they are: everybody's sessions of the role are denied. */
  readonly overflow?: number;
}

/** A deny of a person's is as long as eight of requests: of fewer than twice as many, leaving the older half to it wins nothing. */
const CROWD = 16;

/** IAM may apply a deny so long after it shows it. */
const APPLIED_SECONDS = 60;

/**
 * The whole boundary, with a deny for each request as long as there is room. Where there is none, whoever has the most of them makes
 * room: their older ones are left to one deny of what that person opened before, which hits nobody else. Only where no one person has that many is
 * everybody's denied.
 *
 * @returns undefined where the account's own statements leave no room for a deny
 */
export const planDenies = (wanted: Wanted): Plan | undefined => {
  const standing = standingOf(wanted.ended, wanted.now);
  const outcomes = outcomesOf(wanted, standing);
  const draft = { ...standing, outcomes, crowded: new Map() };
  return fitted(wanted, draft) ?? ofEverybody(wanted, singles(wanted, draft).length);
};

/** Denies by time of issue. */
interface Standing {
  readonly issuedBefore: Instant | undefined;
  readonly ofPeople: ReadonlyMap<Handle, Instant>;
}

interface Draft extends Standing {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly crowded: ReadonlyMap<Handle, readonly string[]>;
}

/** Those that still hit a session, and that none other makes needless. */
const standingOf = ({ issuedBefore: everybody, ofPeople = [] }: EndedSessions, now: Instant): Standing => {
  const issuedBefore = everybody !== undefined && isBefore(now, allOverAt(everybody)) ? everybody : undefined;
  return {
    issuedBefore,
    ofPeople: new Map(
      ofPeople
        .filter((one) => isBefore(now, allOverAt(one.issuedBefore)))
        .filter((one) => issuedBefore === undefined || isBefore(issuedBefore, one.issuedBefore))
        .map(({ handle, issuedBefore: before }) => [handle, before]),
    ),
  };
};

const outcomesOf = (wanted: Wanted, standing: Standing): ReadonlyMap<string, Outcome> =>
  new Map(
    [...wanted.found].map(([id, denied]) => [
      id,
      denied === 'unread' ? denied : outcomeOf(id, denied, wanted, standing),
    ]),
  );

/** A request that is closed opens no session, so that all of them were issued before that. */
const outcomeOf = (
  id: string,
  { requester, since, overAt, shownAt }: Denied,
  { ended, leftToPerson, now }: Wanted,
  { issuedBefore, ofPeople }: Standing,
): Outcome => {
  if (overAt === undefined || !isBefore(now, overAt)) return 'over';
  if (issuedBefore !== undefined && isBefore(since, issuedBefore))
    return { by: 'token_issue_time', until: allOverAt(issuedBefore) };
  const ofPerson = ofPeople.get(requester);
  // NB. One that was never denied yet may have chained away since then: it has a deny of its own.
  const isLeft = leftToPerson.has(id) || (shownAt !== undefined && !ended.requestIds.includes(id));
  return isLeft && ofPerson !== undefined && isBefore(since, ofPerson)
    ? { by: 'source_identity', until: overAt }
    : { by: 'boundary', until: overAt };
};

const fitted = (wanted: Wanted, draft: Draft): Plan | undefined => {
  const { role, own } = wanted;
  const { outcomes, crowded, ofPeople, issuedBefore } = draft;
  const document = boundaryDocument(role, own, {
    requestIds: singles(wanted, draft),
    ofPeople: [...ofPeople].map(([handle, before]): OfPerson => ({ handle, issuedBefore: before })),
    ...(issuedBefore === undefined ? {} : { issuedBefore }),
  });
  if (document) return { document, outcomes, crowded };
  const less = withRoom(wanted, draft);
  return less && fitted(wanted, less);
};

/** What has a deny of its own. */
const singles = ({ ended }: Wanted, { outcomes }: Draft): readonly string[] =>
  [...outcomes].flatMap(([id, outcome]) => {
    const isSingle = outcome === 'unread' ? ended.requestIds.includes(id) : isOfItsOwn(outcome);
    return isSingle ? [id] : [];
  });

const isOfItsOwn = (outcome: Outcome | undefined): outcome is Exclude<Outcome, string> =>
  typeof outcome === 'object' && outcome.by === 'boundary';

/** Leaves the older half of whoever has the most to a deny of that person's; undefined where nobody has so many that it would help. */
const withRoom = (wanted: Wanted, draft: Draft): Draft | undefined => {
  const byPerson = Map.groupBy(known(wanted, draft), ({ requester }) => requester);
  const [crowd] = [...byPerson.values()].toSorted((a, b) => b.length - a.length);
  if (!crowd || crowd.length < CROWD) return undefined;
  const left = crowd.toSorted(byWhenShown).slice(0, Math.ceil(crowd.length / 2));
  const { requester } = certain(left[0], 'a crowd is of somebody');
  const before = left.map((each) => noLaterOpened(each, wanted.now)).reduce(latest);
  const ids = left.map(({ id }) => id);
  return {
    ...draft,
    ofPeople: new Map([...draft.ofPeople, [requester, latest(before, draft.ofPeople.get(requester) ?? before)]]),
    outcomes: new Map([
      ...draft.outcomes,
      ...left.map(({ id, until }) => [id, { by: 'source_identity', until }] as const),
    ]),
    crowded: new Map([...draft.crowded, [requester, [...(draft.crowded.get(requester) ?? []), ...ids]]]),
  };
};

interface Single extends Denied {
  readonly id: string;
  readonly until: Instant;
}

/** What has a deny of its own, as far as the ledger says whose it is. */
const known = ({ found }: Wanted, { outcomes }: Draft): readonly Single[] =>
  [...found].flatMap(([id, denied]) => {
    const outcome = outcomes.get(id);
    return denied !== 'unread' && isOfItsOwn(outcome) ? [{ id, until: outcome.until, ...denied }] : [];
  });

/** Those whose deny was there first; last those that have none yet. */
const byWhenShown = (a: Denied, b: Denied): number =>
  msOf(a.shownAt ?? LAST) - msOf(b.shownAt ?? LAST) || msOf(a.since) - msOf(b.since);

const LAST: Instant = '9999-12-31T23:59:59.999Z';

/** Since when none of its sessions was opened, nor chained away from one: they were denied by then, or are about to be. */
const noLaterOpened = ({ since, shownAt }: Denied, now: Instant): Instant =>
  // NB. The clock that closed it may be ahead of ours.
  nextSecond(latest(since, shownAt === undefined ? now : earliest(now, plusSeconds(shownAt, APPLIED_SECONDS))));

const ofEverybody = (wanted: Wanted, overflow: number): Plan | undefined => {
  const { role, own, now } = wanted;
  const standing: Standing = { issuedBefore: nextSecond(now), ofPeople: new Map() };
  const document = boundaryDocument(role, own, { requestIds: [], issuedBefore: nextSecond(now) });
  return document && { document, outcomes: outcomesOf(wanted, standing), crowded: new Map(), overflow };
};
