import assert from 'node:assert/strict';
import { activate } from '../../../lib/domain/activate-policy.ts';
import type { Channel, Command, Context, Decision, Submit } from '../../../lib/domain/command.ts';
import { type Control, NOTHING_SAID, controlAfter } from '../../../lib/domain/control.ts';
import { liftHold, placeHold } from '../../../lib/domain/decide-hold.ts';
import { submit } from '../../../lib/domain/decide-submit.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { type DelegationWish, delegate, endDelegation, receive } from '../../../lib/domain/delegation.ts';
import type { DomainEvent, RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';
import type { HoldTarget } from '../../../lib/domain/hold.ts';
import { certain } from '../../../lib/domain/invariant.ts';
import { link } from '../../../lib/domain/links.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Handle, Principal } from '../../../lib/domain/principal.ts';
import { type RequestState, evolve, grantAt, statusAt } from '../../../lib/domain/request.ts';
import type { Reservation } from '../../../lib/domain/reservation.ts';
import { NO_STANDING, type Standing, handlesOf, standingAfter } from '../../../lib/domain/standing.ts';
import { principal, words } from '../../support/builders.ts';
import { basePolicy, people } from '../cast.ts';
import { holdVerdict, lendVerdict, liftVerdict, submitVerdict } from '../oracle/asking.ts';
import { type Placed, among, holdsIn, todays } from '../oracle/around.ts';
import { revokesToday, usableUntil, verdict } from '../oracle/verdict.ts';
import { factsOf, only } from '../oracle/facts.ts';

/** The decider's own state; the oracle has nothing but the events. */
export interface Decider {
  /** Newest first. */
  readonly requests: RequestState[];
  control: Control;
  readonly standings: Map<Handle, Standing>;
}

export interface Oracle {
  /** The events of each request, in the order of the decider's. */
  readonly lives: RecordedEvent[][];
  /** Those of all other streams. */
  readonly around: Placed[];
  /** By which this step goes. */
  policy: AccessPolicy;
  active: AccessPolicy;
  now: string;
  /** When the last event was. */
  lastAt: string;
}

/** Both as they begin: nothing but the access policy was ever said. */
export const bothAt = (now: string): { model: Oracle; real: Decider } => {
  const oracle = { lives: [], around: [], policy: basePolicy, active: basePolicy, now, lastAt: now };
  const decider: Decider = { requests: [], control: NOTHING_SAID, standings: new Map() };
  deploy(oracle, decider, DEPLOYMENT, basePolicy);
  return { model: oracle, real: decider };
};

const DEPLOYMENT = principal('on-deploy', []);

export const targetOf = (all: readonly unknown[], target: number): number =>
  all.length === 0 ? 0 : target % all.length;

/** What both said: an event's type, `nothing`, or a code; of an extension, or of what is over, it says so. */
export type Said = string;

export const act = (
  oracle: Oracle,
  decider: Decider,
  who: Principal,
  { command, channel, target }: { command: Command; channel: Channel; target: number },
): Said => {
  const at = targetOf(oracle.lives, target);
  const events = oracle.lives[at] ?? assert.fail('the oracle has no request');
  const state = decider.requests[at] ?? assert.fail('the decider has no request');
  const expected = verdict({ ...oracle, events, channel }, command, who, oracle.now);
  const context = contextOf(oracle, decider, who);
  const decided = decide(state, command, {
    ...context,
    channel,
    requesterStanding: standingOf(decider, state.requester),
  });
  const event = agreed(decided, expected);
  if (!event) return expected;
  const recorded = recordedBy(event, who, oracle);
  assertLasts(oracle, events, recorded);
  events.push(recorded);
  decider.requests[at] = evolve(state, recorded);
  if (event.type === 'request.revoked' && statusAt(state, oracle.now) !== 'approved')
    return `${expected}, of what is over`;
  return 'extension' in event.data ? `${expected}, of an extension` : expected;
};

/** An intent ends with the grant, or with the hours where they are over before it. */
const assertLasts = ({ policy }: Oracle, before: readonly RecordedEvent[], event: RecordedEvent): void => {
  if (event.type !== 'credentials.intended') return;
  const { endMs, data } = factsOf(before);
  const today = todays(policy, data.entitlementId, data.breakGlass !== undefined);
  const until = usableUntil(today ?? assert.fail('no entitlement'), Date.parse(event.at), endMs ?? 0);
  assert.equal(Date.parse(event.data.endsAt), until, 'I6 the intent does not end with the grant or its hours');
};

/** Whoever may revoke it when it is asked for may do so whatever becomes of access.yml, and nobody else. */
const assertRevocable = ({ policy }: Oracle, { type, data }: RecordedEvent): void => {
  if (type !== 'request.submitted') return;
  const { revokers, entitlementId } = data;
  for (const one of people)
    assert.equal(
      revokers !== undefined && among(one, revokers),
      revokesToday(policy, entitlementId, one),
      `whether ${one.subject} may revoke is not on record`,
    );
};

export const ask = (oracle: Oracle, decider: Decider, who: Principal, wish: Submit): Said => {
  const expected = submitVerdict(oracle, wish, who, oracle.now);
  const context = contextOf(oracle, decider, who);
  const reservations = reservationsOf(decider, who.handle, oracle.now);
  const event = agreed(submit(wish, { ...context, standing: { ...context.standing, reservations } }), expected);
  if (!event) return expected;
  const recorded = recordedBy(event, who, oracle);
  assertRevocable(oracle, recorded);
  oracle.lives.unshift([recorded]);
  decider.requests.unshift(evolve(undefined, recorded));
  return wish.breakGlass ? `${expected}, break-glass` : expected;
};

/** As the broker counts them: what the requests themselves say, over all identities. */
const reservationsOf = (decider: Decider, handle: Handle, now: string): readonly Reservation[] =>
  decider.requests
    .filter(({ requester }) => handlesOf(handle, standingOf(decider, handle)).includes(requester))
    .flatMap((request): readonly Reservation[] => {
      const { id: requestId, createdAt: at, breakGlass, review, pendingUntil } = request;
      if (breakGlass) {
        const { endsAt: until } = certain(grantAt(request, now), 'break-glass is a grant');
        const { reviewBy } = breakGlass;
        return [{ requestId, at, breakGlass: true, until, ...(review ? {} : { reviewBy }) }];
      }
      const isOpen = statusAt(request, now) === 'pending' && pendingUntil !== undefined;
      return isOpen ? [{ requestId, at, breakGlass: false, until: pendingUntil }] : [];
    });

export const hold = (oracle: Oracle, decider: Decider, who: Principal, target: HoldTarget): Said => {
  const expected = holdVerdict(oracle, target, who);
  const placing = { holdId: `h${oracle.around.length}`, target, reason: words('why') };
  inControl(oracle, decider, who, agreed(placeHold(placing, contextOf(oracle, decider, who)), expected));
  return expected;
};

export const deploy = (oracle: Oracle, decider: Decider, who: Principal, policy: AccessPolicy): Said => {
  const isNews = only(oracle.around, 'policy.activated').at(-1)?.data.version !== policy.version;
  const expected = isNews ? 'policy.activated' : 'nothing';
  const { control } = decider;
  inControl(oracle, decider, who, agreed(activate(policy.version, { control, now: oracle.now }), expected));
  oracle.active = policy;
  return expected;
};

export const lift = (oracle: Oracle, decider: Decider, who: Principal, which: number): Said => {
  const holds = holdsIn(oracle.around);
  const holdId = holds[which % Math.max(1, holds.length)]?.id ?? 'h';
  const expected = liftVerdict(oracle, holdId, who, oracle.now);
  inControl(oracle, decider, who, agreed(liftHold({ holdId }, contextOf(oracle, decider, who)), expected));
  return expected;
};

const inControl = (oracle: Oracle, decider: Decider, who: Principal, event: DomainEvent | undefined): void => {
  if (!event) return;
  decider.control = controlAfter(placed(oracle, 'control', event, who));
};

/** Two identities, and with each of them all that are known to be the same person, in one go. */
export const join = (oracle: Oracle, decider: Decider, who: Principal, other: Principal): Said => {
  const handles = [who, other].flatMap(({ handle }) => handlesOf(handle, standingOf(decider, handle)));
  const person = [...new Set(handles)];
  const events = person.map((handle) => {
    const decided = link(standingOf(decider, handle), handle, { person, linked: person }, oracle.now);
    assert.ok('event' in decided, 'so few can always be linked');
    return inStanding(oracle, decider, { who, handle }, decided.event);
  });
  return events.some(Boolean) ? 'link.made' : 'nothing';
};

export const lend = (oracle: Oracle, decider: Decider, who: Principal, wish: DelegationWish): Said => {
  const expected = lendVerdict(oracle, wish, who, oracle.now);
  const context = contextOf(oracle, decider, who);
  const event = agreed(delegate(wish, context), expected);
  if (event?.type !== 'delegation.made') return expected;
  const received = receive(standingOf(decider, wish.to), event.data.delegation, oracle.now);
  assert.ok('event' in received, 'what may be given may be received');
  inStanding(oracle, decider, { who, handle: who.handle }, event);
  inStanding(oracle, decider, { who, handle: wish.to }, received.event);
  return expected;
};

/** Whatever of theirs comes first, given or received. */
export const takeBack = (oracle: Oracle, decider: Decider, who: Principal): Said => {
  const [first] = standingOf(decider, who.handle).delegations;
  if (!first) return 'nothing';
  for (const handle of [first.to, first.by]) {
    const decided = endDelegation(standingOf(decider, handle), first.id, oracle.now);
    inStanding(oracle, decider, { who, handle }, 'event' in decided ? decided.event : undefined);
  }
  return 'delegation.removed';
};

const inStanding = (
  oracle: Oracle,
  decider: Decider,
  { who, handle }: { who: Principal; handle: Handle },
  event: DomainEvent | undefined,
): boolean => {
  if (!event) return false;
  decider.standings.set(handle, standingAfter(placed(oracle, `person#${handle}`, event, who)));
  return true;
};

const standingOf = ({ standings }: Decider, handle: Handle): Standing => standings.get(handle) ?? NO_STANDING;

const contextOf = ({ policy, now }: Oracle, decider: Decider, principal: Principal): Context => ({
  ...{ principal, policy, now, control: decider.control },
  standing: standingOf(decider, principal.handle),
  requesterStanding: NO_STANDING,
});

/** The decision's event, when both say the same. */
const agreed = (decided: Decision, expected: string): DomainEvent | undefined => {
  if ('refusal' in decided) {
    assert.equal(decided.refusal.code, expected);
    return undefined;
  }
  assert.equal(decided.event?.type ?? 'nothing', expected);
  return decided.event;
};

let ids = 0;

const recordedBy = (event: DomainEvent, { kind, handle }: Principal, oracle: Oracle): RecordedEvent => {
  oracle.lastAt = oracle.now;
  ids += 1;
  return { ...event, eventId: `e${ids}`, at: oracle.now, actor: { kind, handle } };
};

const placed = (oracle: Oracle, stream: string, event: DomainEvent, who: Principal): StoredEvent => {
  const recorded = { ...recordedBy(event, who, oracle), stream, seq: 0, prevHash: '', hash: '', v: 1 as const };
  oracle.around.push(recorded);
  return recorded;
};
