import { sameMailbox } from '../domain/email.ts';
import type { Entitlement } from '../domain/entitlement.ts';
import { onCallGroup, onCallName } from '../domain/on-call.ts';
import { revokersOf } from '../domain/access.ts';
import { type AccessPolicy, revokersOfAll } from '../domain/policy.ts';
import { type Approvers, type Principal, inAnyGroup } from '../domain/principal.ts';
import type { RequestState } from '../domain/request.ts';
import type { Broker } from './broker.ts';

/** Who may do something, as far as it goes by groups. */
type InGroups = Pick<Approvers, 'groups'>;

/**
 * The principal, with the on-call groups that they are in right now, by the e-mail that the one identity provider of that
 * name says. It is asked only about those that what is being
 * done goes by, and not where another group of theirs lets them do it anyway: a slow service is nobody else's matter. Only people are on
 * call.
 *
 * @param concerned by whose groups it is decided
 */
export const onDuty = async (
  { onCall }: Pick<Broker, 'onCall'>,
  principal: Principal,
  concerned: readonly InGroups[],
): Promise<Principal> => {
  const { email, issuer, kind, groups } = principal;
  if (!onCall || email === undefined || kind !== 'person') return principal;
  const named = onCallIn(concerned.filter((each) => !inAnyGroup(principal, each.groups)));
  const lists = await Promise.all(
    named.map(async (name) => ({ group: onCallGroup(name), emails: await onCall.emails(name, issuer) })),
  );
  const now = lists.filter(({ emails }) => emails.some((each) => sameMailbox(each, email))).map(({ group }) => group);
  return now.length === 0 ? principal : { ...principal, groups: [...groups, ...now] };
};

/** By which names. */
const onCallIn = (some: readonly InGroups[]): readonly string[] => [
  ...new Set(some.flatMap(({ groups }) => groups.flatMap((group) => onCallName(group) ?? []))),
];

/** Who may ask for one of these. One that is not there is nobody's. */
export const askersOf = ({ entitlements }: AccessPolicy, ids: Iterable<string>): readonly InGroups[] =>
  [...ids].flatMap((id) => {
    const entitlement = entitlements.get(id);
    if (!entitlement) return [];
    const { requesters, breakGlass } = entitlement;
    return [requesters, ...(breakGlass ? [breakGlass.requesters] : [])];
  });

/** Who may ask for anything at all. */
export const askersAnywhere = (policy: AccessPolicy): readonly InGroups[] =>
  askersOf(policy, policy.entitlements.keys());

/** Who may see more than what concerns them, and who may hold. */
export const overseers = ({ auditors, security }: AccessPolicy): readonly InGroups[] => [
  auditors,
  ...(security ? [security] : []),
];

/** Who may approve in another's place. */
export const delegates = ({ delegation }: AccessPolicy): readonly InGroups[] =>
  delegation?.groups ? [{ groups: delegation.groups }] : [];

type Parties = Pick<
  RequestState,
  'requester' | 'entitlementId' | 'stages' | 'escalation' | 'extension' | 'breakGlass' | 'revokers'
>;

/** Whom a request concerns, from where this principal stands: who may ask for it, if it is theirs; else who decides on it, and who reads it. */
export const concernedBy = (request: Parties, { handle }: Principal, policy: AccessPolicy): readonly InGroups[] => {
  if (request.requester === handle) return askersOf(policy, [request.entitlementId]);
  const { extension, breakGlass } = request;
  return [
    ...askedBy(request),
    ...(extension ? askedBy(extension) : []),
    ...(breakGlass ? [breakGlass.reviewers] : []),
    revokersOf(request, policy),
    policy.auditors,
    ...delegates(policy),
  ];
};

/** Who decides on anything at all, and who reads it: what waits for somebody is found by their groups. */
export const decidersAnywhere = (policy: AccessPolicy): readonly InGroups[] => [
  ...[...policy.entitlements.values()].flatMap(decidersOf),
  revokersOfAll(policy),
  policy.auditors,
  ...delegates(policy),
];

const decidersOf = ({ approval, extension, revokers, breakGlass }: Entitlement): readonly InGroups[] => [
  revokers,
  ...approversOf(approval),
  ...(extension ? approversOf(extension.approval) : []),
  ...(breakGlass ? [breakGlass.reviewers] : []),
];

const approversOf = (approval: Entitlement['approval']): readonly InGroups[] =>
  approval === 'auto' ? [] : askedBy(approval);

interface Asking {
  readonly stages: readonly { readonly from: InGroups }[];
  readonly escalation?: { readonly to: InGroups };
}

const askedBy = ({ stages, escalation }: Asking): readonly InGroups[] => [
  ...stages.map(({ from }) => from),
  ...(escalation ? [escalation.to] : []),
];
