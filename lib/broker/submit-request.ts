import type { Context, Decision, Submit } from '../domain/command.ts';
import { submit, submitRules } from '../domain/decide-submit.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { Bundle, StoredEvent } from '../domain/event.ts';
import { certain, eventOf } from '../domain/invariant.ts';
import type { Instant, Principal } from '../domain/principal.ts';
import { type RequestState, fold } from '../domain/request.ts';
import type { Reservation } from '../domain/reservation.ts';
import { type Scope, sameScope } from '../domain/scope.ts';
import type { Rule } from '../domain/rule.ts';
import type { Standing } from '../domain/standing.ts';
import { askTicket, eachOnce } from './ask-ticket.ts';
import { type Desk, type Patience, actorOf, requestStream } from './broker.ts';
import { seal } from './chain.ts';
import { readKnown } from './known.ts';
import { askersOf, onDuty } from './on-duty.ts';
import { bundleIdOf, randomRequestId, requestIdFor, requestIdsFor } from './request-id.ts';
import { type Counted, countReservations, reservationOf, reserveFor } from './reservations.ts';
import { summarise } from './summarise.ts';
import { type Words, newWords } from './words.ts';

/** What a caller may say; everything else about a request is ours to say. */
export interface Ask {
  readonly entitlementId: string;
  readonly justification: string;
  readonly durationSeconds: number;
  readonly ticket?: string;
  readonly startAt?: string;
  readonly scope?: Scope;
  readonly breakGlass?: boolean;
}

/** How one rule came out, for the one who asks. The refusal behind it is for the operator. */
export type RuleView = Pick<Rule, 'rule' | 'outcome' | 'detail'> & {
  /** Where several are asked for at once: of which. */
  readonly entitlementId?: string;
};

/** Whether these would be asked for in vain, together: every rule of each, the very ones that they are submitted by. Nothing is written. */
export const tryRequests = async (
  desk: Desk,
  caller: Principal,
  asks: readonly Ask[],
): Promise<{ readonly allowed: boolean; readonly rules: readonly RuleView[] }> => {
  const wanted = asks.map((ask) => ({ id: randomRequestId(desk.chance), ask }));
  const { prepared } = await prepare(desk, caller, wanted);
  const rules = prepared.flatMap(({ command, context }) =>
    submitRules(command, context).map(({ rule, outcome, detail }) => ({
      ...{ rule, outcome, detail },
      ...(asks.length > 1 ? { entitlementId: command.entitlementId } : {}),
    })),
  );
  return { allowed: rules.every(({ outcome }) => outcome === 'satisfied'), rules };
};

/**
 * The request that this ask made, or had made: the same principal, key and ask give the first one again.
 *
 * @throws HatcheckError `idempotency_conflict` (the key was used for another ask), `not_eligible`, `on_hold`, `invalid_input`,
 * `step_up_required`, `limit_reached`, `review_overdue`, `ticket_unavailable`, `ledger_conflict`, `ledger_unavailable`
 */
export const submitRequest = async (
  desk: Desk,
  { ask, idempotencyKey, ...asking }: Asking & { readonly ask: Ask; readonly idempotencyKey?: string },
): Promise<RequestState> => {
  const id =
    idempotencyKey === undefined ? randomRequestId(desk.chance) : requestIdFor(asking.principal, idempotencyKey);
  const [request] = await findOrBegin(desk, asking, [{ id, ask }], idempotencyKey !== undefined);
  return certain(request, 'one that is asked for is begun');
};

/**
 * As many requests as asks, sharing a bundle, each a stream of its own. The rules of all are checked before anything is written; where
 * an earlier try was cut off in the middle, the same key goes on with those that are missing.
 *
 * @throws HatcheckError as `submitRequest`; `invalid_input` says by `/entitlementIds/<index>` which of them is meant
 */
export const submitBundle = async (
  desk: Desk,
  { asks, idempotencyKey, ...asking }: Asking & { readonly asks: readonly Ask[]; readonly idempotencyKey?: string },
): Promise<readonly RequestState[]> => {
  const requestIds =
    idempotencyKey === undefined
      ? asks.map(() => randomRequestId(desk.chance))
      : requestIdsFor(asking.principal, idempotencyKey, asks.length);
  const entitlementIds = asks.map(({ entitlementId }) => entitlementId);
  const bundle = { id: bundleIdOf(requestIds, entitlementIds), requestIds };
  const wanted = asks.map((ask, index) => ({
    ...{ ask, bundle },
    id: certain(requestIds[index], 'there are as many ids as asks'),
  }));
  return findOrBegin(desk, asking, wanted, idempotencyKey !== undefined);
};

interface Asking {
  readonly principal: Principal;
  readonly patience: Patience;
}

interface Wanted {
  readonly id: string;
  readonly ask: Ask;
  readonly bundle?: Bundle;
}

const findOrBegin = async (
  desk: Desk,
  asking: Asking,
  wanted: readonly Wanted[],
  maybeThere: boolean,
): Promise<readonly RequestState[]> => {
  const found = new Map<string, RequestState>();
  if (maybeThere)
    await Promise.all(
      wanted.map(async (each) => {
        const events = await desk.ledger.read(requestStream(each.id));
        if (events.length > 0) found.set(each.id, await sameAsk(desk, events, each));
      }),
    );
  const missing = wanted.filter(({ id }) => !found.has(id));
  if (missing.length > 0) for (const request of await begin(desk, asking, missing)) found.set(request.id, request);
  return wanted.map(({ id }) => certain(found.get(id), 'one that is asked for is found, or begun'));
};

const begin = async (
  desk: Desk,
  { principal: caller, patience }: Asking,
  wanted: readonly Wanted[],
): Promise<readonly RequestState[]> => {
  const { principal, counted, prepared, now } = await prepare(desk, caller, wanted);
  unlessAnyRefused(prepared);
  const begun = prepared.map(({ each, words, decision }) => ({
    ...{ each, words },
    event: seal(undefined, requestStream(each.id), {
      ...certain({ event: undefined, ...decision }.event, 'a submission always says something'),
      eventId: desk.chance.id(),
      at: now,
      actor: actorOf(principal),
      policy: desk.policy.version,
    }),
  }));
  const submissions = begun.map(({ event }) => eventOf('request.submitted', event).data);
  await reserveFor(desk, { principal, patience, counted, submissions });
  const requests: RequestState[] = [];
  for (const one of begun) requests.push(await append(desk, principal, one));
  return requests;
};

/** What was decided on one of several, by what. */
interface Prepared {
  readonly each: Wanted;
  readonly words: Words;
  readonly command: Submit;
  readonly context: Context;
  readonly decision: Decision;
}

/** Reads what the decisions go by, once for all of them, and makes them; each as if those before it had been begun. */
const prepare = async (
  desk: Desk,
  caller: Principal,
  wanted: readonly Wanted[],
): Promise<{
  readonly principal: Principal;
  readonly counted: Counted;
  readonly now: Instant;
  readonly prepared: readonly Prepared[];
}> => {
  const ids = wanted.map(({ ask }) => ask.entitlementId);
  const principal = await onDuty(desk, caller, askersOf(desk.policy, ids));
  // The ticket first: it may take long, and what is known should not grow old meanwhile.
  const asked = { policy: desk.policy, tickets: eachOnce(desk.tickets) };
  const commands = await Promise.all(
    wanted.map(async (each) => {
      const words = newWords(desk.chance, each.ask.justification);
      const { bundle } = each;
      const command = { ...commandOf(each.ask, each.id, words.ref), ...(bundle ? { bundle } : {}) };
      return { each, words, command: { ...command, ...(await askTicket(asked, principal, each.ask)) } };
    }),
  );
  const known = await readKnown(desk, principal.handle);
  const counted = await countFor(desk, principal, known.standing, wanted);
  const now = desk.clock.now();
  const prepared: Prepared[] = [];
  let { standing } = counted;
  for (const one of commands) {
    const context = { ...known, standing, principal, policy: desk.policy, now };
    const decision = submit(one.command, context);
    prepared.push({ ...one, context, decision });
    standing = { ...standing, reservations: [...standing.reservations, ...reservationsOf(decision, now)] };
  }
  return { principal, counted, now, prepared };
};

const reservationsOf = (decision: Decision, now: Instant): readonly Reservation[] => {
  const { event } = { event: undefined, ...decision };
  return event?.type === 'request.submitted' ? [reservationOf(event.data, now) ?? []].flat() : [];
};

const append = async (
  desk: Desk,
  { handle }: Principal,
  { each, words: { ref, value }, event }: { each: Wanted; words: Words; event: StoredEvent },
): Promise<RequestState> => {
  // First the words, then the event that holds their hash: an event must not refer to what was never stored.
  await desk.texts.put(handle, ref, value);
  if ((await desk.ledger.append(event)) === 'conflict')
    return sameAsk(desk, await desk.ledger.read(event.stream), each);
  return summarise(desk, stateOf([event]));
};

/** @throws HatcheckError with the first refusal; of several in a bundle that are all about the input, with all of them. */
const unlessAnyRefused = (decisions: readonly { readonly each: Wanted; readonly decision: Decision }[]): void => {
  const refused = decisions.flatMap(({ each, decision }) =>
    'refusal' in decision ? [{ each, refusal: decision.refusal }] : [],
  );
  const first = refused.find(({ refusal }) => refusal.code !== 'invalid_input') ?? refused[0];
  if (!first) return;
  if (first.refusal.code !== 'invalid_input' || !first.each.bundle) throw new HatcheckError(first.refusal);
  const faults = refused.flatMap(({ each: { id, bundle }, refusal }) =>
    certain(refusal.faults, 'invalid input has faults').map(({ pointer, code, detail }) => ({
      pointer: `/entitlementIds/${String(bundle?.requestIds.indexOf(id))}`,
      code,
      detail: `${pointer.slice(1)}: ${detail}`,
    })),
  );
  throw new HatcheckError({ ...first.refusal, faults });
};

const countFor = (desk: Desk, { handle }: Principal, standing: Standing, wanted: readonly Wanted[]): Promise<Counted> =>
  countReservations(desk, {
    ...{ handle, standing, requestIds: wanted.map(({ id }) => id) },
    breakGlass: wanted.some(({ ask }) => ask.breakGlass === true),
  });

/** The same submission twice is the same stream: the loser gets the winner's request. */
const sameAsk = async (desk: Desk, events: readonly StoredEvent[], { ask, bundle }: Wanted): Promise<RequestState> => {
  const request = stateOf(events);
  const texts = await desk.texts.get([{ author: request.requester, ref: request.justification }]);
  // As submitted: an approver may since have moved the start.
  const { ticket, startAt } = eventOf('request.submitted', events[0]).data;
  const { entitlementId, durationSeconds } = request;
  const first = { entitlementId, justification: texts.get(request.justification.id), durationSeconds, ticket, startAt };
  const same =
    (['entitlementId', 'justification', 'durationSeconds', 'ticket', 'startAt'] as const).every(
      (member) => first[member] === ask[member],
    ) &&
    sameScope(request.scope, ask.scope) &&
    (request.breakGlass !== undefined) === (ask.breakGlass ?? false) &&
    request.bundle?.id === bundle?.id;
  if (!same) throw new HatcheckError({ code: 'idempotency_conflict', reason: `${request.id} was asked for otherwise` });
  return request;
};

const stateOf = (events: readonly StoredEvent[]): RequestState =>
  certain(fold(events), 'a request that was just appended has no events');

const commandOf = ({ justification, ...ask }: Ask, requestId: string, ref: Submit['justification']['ref']): Submit => ({
  ...ask,
  requestId,
  justification: { text: justification, ref },
});
