import { type Submit } from '../domain/command.ts';
import { submit, submitRules } from '../domain/decide-submit.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import { certain, eventOf } from '../domain/invariant.ts';
import type { Principal } from '../domain/principal.ts';
import { type RequestState, fold } from '../domain/request.ts';
import type { Rule } from '../domain/rule.ts';
import type { Standing } from '../domain/standing.ts';
import { askTicket } from './ask-ticket.ts';
import { type Desk, type Patience, actorOf, requestStream } from './broker.ts';
import { seal } from './chain.ts';
import { readKnown } from './known.ts';
import { randomRequestId, requestIdFor } from './request-id.ts';
import { type Counted, countReservations, reserveFor } from './reservations.ts';
import { summarise } from './summarise.ts';
import { newWords } from './words.ts';

/** What a caller may say; everything else about a request is ours to say. */
export interface Ask {
  readonly entitlementId: string;
  readonly justification: string;
  readonly durationSeconds: number;
  readonly ticket?: string;
  readonly startAt?: string;
  readonly breakGlass?: boolean;
}

/** How one rule came out, for the one who asks. The refusal behind it is for the operator. */
export type RuleView = Pick<Rule, 'rule' | 'outcome' | 'detail'>;

/** Whether this would be asked for in vain: the very rules of `submitRequest`, and nothing is written. */
export const tryRequest = async (
  desk: Desk,
  principal: Principal,
  ask: Ask,
): Promise<{ allowed: boolean; rules: readonly RuleView[] }> => {
  const [known, ticket] = await Promise.all([readKnown(desk, principal.handle), askTicket(desk, principal, ask)]);
  const command = { ...commandOf(ask, 'dry-run', { id: '', hash: '' }), ...ticket };
  const { standing } = await countFor(desk, principal, known.standing, command);
  const rules = submitRules(command, {
    ...{ ...known, standing, principal },
    policy: desk.policy,
    now: desk.clock.now(),
  });
  return {
    allowed: rules.every(({ outcome }) => outcome === 'satisfied'),
    rules: rules.map(({ rule, outcome, detail }) => ({ rule, outcome, detail })),
  };
};

/**
 * The request that this ask made, or had made: the same principal, key and ask give the first one again.
 *
 * @throws HatcheckError `idempotency_conflict` (the key was used for another ask), `not_eligible`, `on_hold`, `invalid_input`,
 * `step_up_required`, `limit_reached`, `review_overdue`, `ticket_unavailable`, `ledger_conflict`, `ledger_unavailable`
 */
export const submitRequest = async (
  desk: Desk,
  { idempotencyKey, ...asking }: Asking & { readonly idempotencyKey?: string },
): Promise<RequestState> => {
  const { principal, ask } = asking;
  const id = idempotencyKey === undefined ? randomRequestId(desk.chance) : requestIdFor(principal, idempotencyKey);
  const before = idempotencyKey === undefined ? [] : await desk.ledger.read(requestStream(id));
  return before.length > 0 ? sameAsk(desk, before, ask) : begin(desk, { ...asking, id });
};

interface Asking {
  readonly principal: Principal;
  readonly ask: Ask;
  readonly patience: Patience;
}

const begin = async (
  desk: Desk,
  { id, principal, ask, patience }: Asking & { readonly id: string },
): Promise<RequestState> => {
  const { ref, value } = newWords(desk.chance, ask.justification);
  // The ticket first: it may take long, and what is known should not grow old meanwhile.
  const command = { ...commandOf(ask, id, ref), ...(await askTicket(desk, principal, ask)) };
  const known = await readKnown(desk, principal.handle);
  const counted = await countFor(desk, principal, known.standing, command);
  const now = desk.clock.now();
  const decision = submit(command, { ...known, standing: counted.standing, principal, policy: desk.policy, now });
  if ('refusal' in decision) throw new HatcheckError(decision.refusal);
  const submitted = certain(decision.event, 'a submission always says something');
  const stream = requestStream(id);
  const event = seal(undefined, stream, {
    ...submitted,
    eventId: desk.chance.id(),
    at: now,
    actor: actorOf(principal),
    policy: desk.policy.version,
  });
  await reserveFor(desk, { principal, patience, counted, submissions: [eventOf('request.submitted', event).data] });
  // First the words, then the event that holds their hash: an event must not refer to what was never stored.
  await desk.texts.put(principal.handle, ref, value);
  if ((await desk.ledger.append(event)) === 'conflict') return sameAsk(desk, await desk.ledger.read(stream), ask);
  return summarise(desk, stateOf([event]));
};

const countFor = (desk: Desk, { handle }: Principal, standing: Standing, command: Submit): Promise<Counted> =>
  countReservations(desk, {
    ...{ handle, standing, requestIds: [command.requestId] },
    breakGlass: command.breakGlass === true,
  });

/** The same submission twice is the same stream: the loser gets the winner's request. */
const sameAsk = async (desk: Desk, events: readonly StoredEvent[], ask: Ask): Promise<RequestState> => {
  const request = stateOf(events);
  const texts = await desk.texts.get([{ author: request.requester, ref: request.justification }]);
  const first: Ask = {
    entitlementId: request.entitlementId,
    justification: texts.get(request.justification.id) ?? '',
    durationSeconds: request.durationSeconds,
    ...submittedOptions(events[0]),
  };
  const same =
    (['entitlementId', 'justification', 'durationSeconds', 'ticket', 'startAt'] as const).every(
      (member) => first[member] === ask[member],
    ) && (request.breakGlass !== undefined) === (ask.breakGlass ?? false);
  if (!same) throw new HatcheckError({ code: 'idempotency_conflict', reason: `${request.id} was asked for otherwise` });
  return request;
};

/** As submitted: an approver may since have moved the start. */
const submittedOptions = (first: StoredEvent | undefined): Pick<Ask, 'ticket' | 'startAt'> => {
  const { ticket, startAt } = eventOf('request.submitted', first).data;
  return { ...(ticket === undefined ? {} : { ticket }), ...(startAt === undefined ? {} : { startAt }) };
};

const stateOf = (events: readonly StoredEvent[]): RequestState =>
  certain(fold(events), 'a request that was just appended has no events');

const commandOf = ({ justification, ...ask }: Ask, requestId: string, ref: Submit['justification']['ref']): Submit => ({
  ...ask,
  requestId,
  justification: { text: justification, ref },
});
