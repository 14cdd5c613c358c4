import type { StoredEvent } from '../../lib/domain/event.ts';
import { holdVerdict, liftVerdict } from '../model/oracle/asking.ts';
import { holdsIn, identitiesOf, meet, nameOf, plain, todays } from '../model/oracle/around.ts';
import { type Facts, factsOf, statusOf } from '../model/oracle/facts.ts';
import { usableUntil } from '../model/oracle/verdict.ts';
import { type Evidence, entriesOf, eventsOf, requestStreams } from '../support/history.ts';
import { boundsOf, doneBefore, knownWhen, perhapsBefore, spanOf, surelyBefore } from './known-when.ts';
import { makersOf } from './made-by.ts';

/** I10: nobody who was answered that a hold is in force hears afterwards that what it covers grew. */
export const holdsAreFelt = (evidence: Evidence): readonly string[] =>
  grown(evidence).flatMap(({ asked, at, to, facts }) => {
    const lifted = liftsBefore(evidence, to);
    const held = doneBefore(evidence, at).flatMap(({ given: { hold } }) =>
      hold && !lifted.includes(hold.id) ? [nameOf(hold)] : [],
    );
    const { data } = facts;
    const names = [
      ...[asked.by.handle, facts.asked.actor.handle].map((handle) => `person ${handle}`),
      ...[`entitlement ${data.entitlementId}`, `account ${data.snapshot.accountId}`, 'all'],
    ];
    return meet(held, names) ? [`I10 ${asked.use} of ${data.requestId} after a hold on it`] : [];
  });

/** The holds that may be gone by then: somebody had asked to lift them, and was not told that it cannot be. */
const liftsBefore = ({ entries }: Evidence, to: number): readonly string[] => {
  const refused = new Set(
    entriesOf(entries, 'answered').flatMap(({ call, code }) => (MAY_HAVE_HAPPENED.has(code) ? [] : [call])),
  );
  return entriesOf(entries.slice(0, to), 'asked').flatMap(({ call, holdId }) =>
    holdId === undefined || refused.has(call) ? [] : [holdId],
  );
};

const MAY_HAVE_HAPPENED: ReadonlySet<string> = new Set(['ok', 'ledger_unavailable', 'ledger_conflict', 'internal']);

/** I3 over identities: nobody's yes counts for somebody whom they were proved to be before. */
export const nobodyApprovesTheirOwn = (evidence: Evidence): readonly string[] =>
  grown(evidence).flatMap(({ asked, at, facts }) => {
    const links = doneBefore(evidence, at).flatMap(({ given }) => (given.linked ? [given.linked] : []));
    const own = closure(facts.asked.actor.handle, links);
    return asked.use === 'approve' && own.includes(asked.by.handle) ? ['I3 one person asks and approves'] : [];
  });

const closure = (handle: string, links: readonly (readonly string[])[]): readonly string[] => {
  const known = new Set([handle]);
  let before = 0;
  while (known.size > before) {
    before = known.size;
    for (const link of links) if (link.some((one) => known.has(one))) for (const one of link) known.add(one);
  }
  return [...known];
};

/** What does not begin with its submission is no request, and found out elsewhere. */
const begunIn = (evidence: Evidence): readonly (readonly StoredEvent[])[] =>
  requestStreams(evidence).filter(([first]) => first?.type === 'request.submitted');

/** Whatever let something grow, with the call that did it, when that was asked, and when it had taken effect at the latest. */
const grown = (evidence: Evidence) =>
  begunIn(evidence).flatMap((events) => {
    const facts = factsOf(events);
    return eventsOf(events, ...GROWS).flatMap((event) => {
      const at = spanOf(evidence, event)?.from ?? onlyMaker(evidence, event);
      const asked = at === undefined ? undefined : evidence.entries[at];
      const to = spanOf(evidence, event)?.to ?? evidence.entries.length;
      return asked?.kind === 'asked' && at !== undefined ? [{ asked, at, to, facts }] : [];
    });
  });

const GROWS = ['request.approved', 'request.extended', 'request.extension_requested', 'credentials.intended'] as const;

/** Where nobody saw an event take effect: the one call that can have made it, if there is only one. */
const onlyMaker = (evidence: Evidence, event: StoredEvent): number | undefined => {
  const [only, ...more] = makersOf(evidence, event);
  return more.length > 0 ? undefined : only?.at;
};

/** I11: nothing is granted, extended or intended beyond what the entitlement allows. */
export const nothingBeyondMaxima = (evidence: Evidence): readonly string[] =>
  begunIn(evidence).flatMap((events) => {
    const facts = factsOf(events);
    const { data, seconds, moreSeconds, startMs, endMs } = facts;
    const today = todays(evidence.policy, data.entitlementId, data.breakGlass !== undefined);
    if (!today) return [`I11 ${data.requestId} is of no entitlement`];
    const longest = moreSeconds > 0 ? (today.extension?.maxTotalSeconds ?? 0) : 0;
    return [
      ...(data.durationSeconds <= today.maxDurationSeconds && seconds <= data.durationSeconds
        ? []
        : ['I11 granted too long']),
      ...(seconds + moreSeconds <= Math.max(today.maxDurationSeconds, longest) ? [] : ['I11 extended too far']),
      ...facts.intents.flatMap(({ at, data: intent }) => [
        ...(intent.durationSeconds <= Math.max(900, today.session.maxSeconds) ? [] : ['I11 a session too long']),
        ...(Date.parse(at) >= (startMs ?? Infinity) ? [] : ['I11 a session too early']),
        ...(Date.parse(intent.endsAt) <= usableUntil(today, Date.parse(at), endMs ?? 0) ? [] : ['I11 past the hours']),
      ]),
    ];
  });

/** I12: never more wait at once than may, one break-glass at a time, and none while a review is overdue. */
export const limitsHold = (evidence: Evidence): readonly string[] =>
  begunIn(evidence).flatMap((events) => {
    const [first] = eventsOf(events, 'request.submitted');
    if (!first || (first.data.autoApproved && !first.data.breakGlass)) return [];
    const { asked, latest } = boundsOf(evidence, first);
    const handles = identitiesOf(surelyBefore(evidence, evidence.streams.flat(), asked), first.actor.handle);
    const others = begunIn(evidence).flatMap((each) => {
      const begun = each !== events && surelyBefore(evidence, each.slice(0, 1), asked).length > 0;
      return begun ? [factsOf(perhapsBefore(evidence, each, latest))] : [];
    });
    const own = others.filter(({ asked }) => handles.includes(asked.actor.handle));
    // A machine whose clock is ahead may have counted another request as over already: its place is not taken back.
    const counted = handles.flatMap((handle) =>
      evidence.streams.flat().filter(({ stream }) => stream === `person#${handle}`),
    );
    const nowMs = Math.max(...[first, ...perhapsBefore(evidence, counted, latest)].map(({ at }) => Date.parse(at)));
    return first.data.breakGlass ? wrongBreak(own, nowMs) : tooMany(own, nowMs, evidence.policy.limits.openRequests);
  });

const wrongBreak = (own: readonly Facts[], nowMs: number): readonly string[] => {
  const broken = own.filter(({ data }) => data.breakGlass);
  const isOwed = ({ data, reviews }: Facts): boolean =>
    reviews.length === 0 && Date.parse(data.breakGlass?.reviewBy ?? '') <= nowMs;
  return [
    ...(broken.some(isOwed) ? ['I12 break-glass while a review is overdue'] : []),
    ...(broken.some((each) => statusOf(each, nowMs) === 'approved') ? ['I12 two break-glasses at a time'] : []),
  ];
};

const tooMany = (own: readonly Facts[], nowMs: number, openRequests: number): readonly string[] =>
  own.filter((each) => !each.data.autoApproved && statusOf(each, nowMs) === 'pending').length < openRequests
    ? []
    : ['I12 more requests wait than may'];

/** I8 of `control` and of people's own streams: placed and lifted by whom may, and what each event carries is what the events say. */
export const carriedIsTrue = (evidence: Evidence): readonly string[] =>
  evidence.streams.flatMap((events) => {
    const stream = events[0]?.stream ?? '';
    if (stream === 'control') return events.flatMap((event, at) => wrongControl(evidence, events.slice(0, at), event));
    if (!stream.startsWith('person#')) return [];
    return events.flatMap((event, at) => wrongPerson(stream.slice('person#'.length), events.slice(0, at + 1), event));
  });

const wrongControl = (evidence: Evidence, before: readonly StoredEvent[], event: StoredEvent): readonly string[] => {
  if (event.type === 'policy.activated') return [];
  if (event.type !== 'hold.placed' && event.type !== 'hold.lifted') return ['I8 has no place in control'];
  const { policy } = evidence;
  const askers = makersOf(evidence, event).map(({ asked }) => asked);
  const verdicts = knownWhen(evidence, event).flatMap((known) => {
    const people = known.filter(({ stream }) => stream !== 'control');
    const everything = { lives: [], around: [...before, ...people], policy };
    return askers.map(({ by }) =>
      event.type === 'hold.placed'
        ? holdVerdict(everything, event.data.hold.target, by)
        : liftVerdict(everything, event.data.holdId, by, event.at),
    );
  });
  // One that nobody of these asked for, and that was not seen to take effect, is of another run on the same tables.
  const isOthers = verdicts.length === 0 && !spanOf(evidence, event);
  return [
    ...(isOthers || verdicts.includes(event.type)
      ? []
      : [`I8 ${event.type} must have been refused: ${verdicts.join(', ')}`]),
    ...(plain(event.data.carried.holds) === plain(holdsIn([...before, event])) ? [] : ['I8 carries other holds']),
  ];
};

const wrongPerson = (handle: string, upTo: readonly StoredEvent[], { type, data }: StoredEvent): readonly string[] => {
  if (!('carried' in data) || !('sameAs' in data.carried)) return [`I8 ${type} has no place in the stream of a person`];
  const known = [handle, ...data.carried.sameAs].toSorted();
  return plain(known) === plain(identitiesOf(upTo, handle).toSorted()) ? [] : ['I8 carries other identities'];
};
