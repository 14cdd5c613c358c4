import { sameMailbox } from '../domain/email.ts';
import type { Entitlement } from '../domain/entitlement.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import type { Approvers, Group, Principal } from '../domain/principal.ts';
import type { OnCall } from './ports.ts';

/** Of these no identity provider may be called: what stands behind it is a rota of access.yml, not anybody's claim. */
const PREFIX = 'oncall:';

/** The on-call groups that decide who may ask, and so who is issued anything. */
export const onCallAskers = (policy: AccessPolicy): readonly Group[] =>
  onCallIn([...policy.entitlements.values()].flatMap(askersOf));

/** The on-call groups that decide anything. */
export const onCallAnywhere = (policy: AccessPolicy): readonly Group[] =>
  onCallIn([
    policy.auditors,
    ...(policy.security ? [policy.security] : []),
    ...[...policy.entitlements.values()].flatMap((each) => [...askersOf(each), ...decidersOf(each)]),
  ]);

type InGroups = Pick<Approvers, 'groups'>;

const askersOf = ({ requesters, breakGlass }: Entitlement): readonly InGroups[] => [
  requesters,
  ...(breakGlass ? [breakGlass.requesters] : []),
];

const decidersOf = ({ approval, extension, revokers, breakGlass }: Entitlement): readonly InGroups[] => [
  revokers,
  ...approversOf(approval),
  ...(extension ? approversOf(extension.approval) : []),
  ...(breakGlass ? [breakGlass.reviewers] : []),
];

const approversOf = (approval: Entitlement['approval']): readonly InGroups[] =>
  approval === 'auto'
    ? []
    : [...approval.stages.map(({ from }) => from), ...(approval.escalation ? [approval.escalation.to] : [])];

const onCallIn = (some: readonly InGroups[]): readonly Group[] => [
  ...new Set(some.flatMap(({ groups }) => groups.filter((group) => group.startsWith(PREFIX)))),
];

/**
 * The caller, with the on-call groups that they are in right now, by verified e-mail. Who is on call is asked while the caller is still
 * being looked up. Only people are on call, and only where somebody could be asked.
 *
 * @param named the groups that something here goes by; nobody is asked about any other
 */
export const onDuty = async <S extends { readonly principal: Principal }>(
  onCall: OnCall,
  named: readonly Group[],
  caller: Promise<S>,
): Promise<S> => {
  const [session, ...lists] = await Promise.all([
    caller,
    ...named.map(async (group) => ({ group, emails: await onCall.emails(group.slice(PREFIX.length)) })),
  ]);
  const { principal } = session;
  const { email } = principal;
  if (email === undefined || principal.kind !== 'person') return session;
  const now = lists.filter(({ emails }) => emails.some((each) => sameMailbox(each, email))).map(({ group }) => group);
  return now.length === 0
    ? session
    : { ...session, principal: { ...principal, groups: [...principal.groups, ...now] } };
};
