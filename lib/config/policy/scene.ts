import type { Channel, Context, Submit } from '../../domain/command.ts';
import { approve, approveRules } from '../../domain/decide-approval.ts';
import { issueRules } from '../../domain/decide-issue.ts';
import { submit, submitRules } from '../../domain/decide-submit.ts';
import { type Entitlement, snapshotOf } from '../../domain/entitlement.ts';
import type { DomainEvent, RecordedEvent } from '../../domain/event.ts';
import { certain } from '../../domain/invariant.ts';
import { type AccessPolicy, entitlementOf } from '../../domain/policy.ts';
import type { Instant, Principal } from '../../domain/principal.ts';
import { type RequestState, evolve } from '../../domain/request.ts';
import type { Rule } from '../../domain/rule.ts';
import { currentStage, stagesAsking } from '../../domain/stages.ts';
import { NO_STANDING } from '../../domain/standing.ts';
import { type TicketAnswer } from '../../domain/ticket.ts';
import { plusSeconds } from '../../domain/time.ts';
import { type CompiledAccess, accessPolicy } from '../access.ts';
import { type Who, principalOf } from './who.ts';

/** An act that nobody does: what would the policy say of it? */
export interface Scene {
  readonly act: 'request' | 'approve' | 'issue';
  readonly as: Who;
  readonly entitlementId: string;
  readonly at: Instant;
  readonly channel?: Channel;
  /** As long as the entitlement allows if absent. */
  readonly durationSeconds?: number;
  /** Long enough if absent. */
  readonly justification?: string;
  readonly ticket?: string;
  /** Absent: nobody could be asked. */
  readonly ticketAnswer?: TicketAnswer;
  readonly startAt?: Instant;
  /** The request is break-glass. */
  readonly breakGlass?: boolean;
  /** How long ago the request was made that is approved, or issued for; just now if absent. */
  readonly waitedSeconds?: number;
}

/**
 * Every rule of the act with its outcome, by the very functions that decide. Nothing is known beyond the policy: no hold, no link, no
 * other request. What is approved is somebody else's request, as it stands when the principal's stage comes; what is issued for was
 * approved by everybody who is asked.
 */
export const rulesOf = (access: CompiledAccess, scene: Scene): readonly Rule[] =>
  rulesAsDecided(access, scene).map(asFarAsKnown);

const rulesAsDecided = (access: CompiledAccess, scene: Scene): readonly Rule[] => {
  const { policy } = accessPolicy(access);
  const principal = principalOf(scene.as, access.identityProviders, scene.at);
  const context = contextOf(policy, principal, scene);
  const entitlement = entitlementOf(policy, scene);
  if (scene.act === 'request' || !entitlement) return submitRules(commandOf(scene, entitlement), context);
  const madeAt = plusSeconds(scene.at, -(scene.waitedSeconds ?? 0));
  if (scene.act === 'issue') {
    const request = requestBy(principal, policy, entitlement, { ...scene, at: madeAt });
    return issueRules(
      approvedUntil(request, policy, entitlement, () => false),
      context,
    );
  }
  const request = requestBy(imagined('requester', scene.at), policy, entitlement, { ...scene, at: madeAt });
  const [theirs] = request.parallel ? [] : stagesAsking(request, principal, scene.at);
  const ready = approvedUntil(request, policy, entitlement, (stage) => theirs === undefined || stage >= theirs);
  return approveRules(ready, { type: 'approve' }, context);
};

/** Whether nothing speaks against it, and if something does, the first rule that does. */
export const verdictOf = (rules: readonly Rule[]): { readonly allowed: boolean; readonly against?: Rule } => {
  const against = rules.find(({ refusal }) => refusal);
  return { allowed: !against, ...(against && { against }) };
};

/** What these go by stands in the ledger, not in the policy: that nothing is known is no reason to call them satisfied. */
const BEYOND_THE_POLICY = ['policyActive', 'noHold', 'openRequests', 'oneBreakGlass'];

const asFarAsKnown = (rule: Rule): Rule =>
  BEYOND_THE_POLICY.includes(rule.rule) && !rule.refusal ? { ...rule, outcome: 'notEvaluated' } : rule;

const contextOf = (policy: AccessPolicy, principal: Principal, { at, channel = 'portal' }: Scene): Context => ({
  principal,
  policy,
  now: at,
  channel,
  // As if it were deployed.
  control: { holds: [], active: { version: policy.version, at } },
  standing: NO_STANDING,
  requesterStanding: NO_STANDING,
});

const NOBODY: Who = { groups: [] };

const NO_WORDS = { id: '', hash: '' };

const commandOf = (scene: Scene, entitlement: Entitlement | undefined): Submit => {
  const { entitlementId, durationSeconds, justification, ticket, ticketAnswer, startAt, breakGlass } = scene;
  return {
    requestId: 'r_imagined',
    entitlementId,
    justification: {
      text: justification ?? 'x'.repeat(entitlement?.justification.minLength ?? 1),
      ref: NO_WORDS,
    },
    durationSeconds: durationSeconds ?? entitlement?.maxDurationSeconds ?? 0,
    ...(ticket !== undefined && { ticket }),
    ...(ticketAnswer !== undefined && { ticketAnswer }),
    ...(startAt !== undefined && { startAt }),
    ...(breakGlass && { breakGlass }),
  };
};

/** Somebody to whom no rule about people or sign-ins objects. */
const imagined = (name: string, now: Instant, overrides: Partial<Principal> = {}): Principal => ({
  ...principalOf({ groups: [], mfa: true }, [], now),
  handle: `p_${name}`,
  subject: name,
  ...overrides,
});

/** A request by this principal, whatever the rules for asking say of it: those are not what the scene is about. */
const requestBy = (
  { handle }: Principal,
  policy: AccessPolicy,
  entitlement: Entitlement,
  { at, durationSeconds = Infinity, breakGlass = false }: Scene,
): RequestState => {
  const easy = withoutDemands(entitlement);
  const easyPolicy = { ...policy, entitlements: new Map([[easy.id, easy]]) };
  const requester = imagined('requester', at, { handle, groups: easy.requesters.groups });
  const most = Math.min(durationSeconds, easy.maxDurationSeconds);
  const scene: Scene = { act: 'request', as: NOBODY, entitlementId: easy.id, at, durationSeconds: most, breakGlass };
  const command = commandOf(scene, easy);
  const event = eventOf(submit(command, contextOf(easyPolicy, requester, scene)));
  if (event.type !== 'request.submitted') throw new TypeError('a submission is one');
  const data = { ...event.data, snapshot: snapshotOf(entitlement) };
  return evolve(undefined, recorded({ ...event, data }, requester, at));
};

const withoutDemands = ({ ticket: _ticket, hours: _hours, ...entitlement }: Entitlement): Entitlement => entitlement;

/** The request with the yes of whoever is asked, stage by stage, until the first that `enough` names. */
const approvedUntil = (
  request: RequestState,
  policy: AccessPolicy,
  entitlement: Entitlement,
  enough: (stage: number) => boolean,
): RequestState => {
  const at = request.createdAt;
  const stage = currentStage(request);
  if (stage === undefined || enough(stage)) return request;
  const { from } = certain(request.stages[stage], 'the stage that is open is one of the stages');
  const nth = request.approvals.filter((approval) => approval.stage === stage).length;
  const person = from.groups.length > 0 ? undefined : (from.people?.[nth] ?? from.people?.at(-1));
  const approver = imagined(`approver-${request.approvals.length}`, at, {
    groups: from.groups,
    ...(person && { issuer: person.issuer, subject: person.subject }),
  });
  const scene: Scene = { act: 'approve', as: NOBODY, entitlementId: entitlement.id, at };
  const event = eventOf(approve(request, { type: 'approve' }, contextOf(policy, approver, scene)));
  return approvedUntil(evolve(request, recorded(event, approver, at)), policy, entitlement, enough);
};

const eventOf = (decision: ReturnType<typeof submit>): DomainEvent => {
  if ('refusal' in decision) throw new TypeError(`nobody could ever do this: ${decision.refusal.reason}`);
  return certain(decision.event, 'what is done for the first time says something');
};

const recorded = (event: DomainEvent, { handle, kind }: Principal, at: Instant): RecordedEvent => ({
  ...event,
  eventId: 'imagined',
  at,
  actor: { kind, handle },
});
