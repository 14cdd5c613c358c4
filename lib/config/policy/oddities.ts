import type { ChatSettings } from '../../chatops/settings.ts';
import type { Entitlement, Stage } from '../../domain/entitlement.ts';
import { onCallGroup } from '../../domain/on-call.ts';
import { revokersOfAll } from '../../domain/policy.ts';
import type { Approvers, Group } from '../../domain/principal.ts';
import { STS_MIN_SECONDS } from '../../domain/role-session.ts';
import type { AwsProvider, IdentityProvider, WorkloadProvider } from '../../identity/ports.ts';
import type { CompiledAccess } from '../access.ts';
import type { Path } from '../access-fault.ts';
import { partitionOddities } from './partition-oddities.ts';

/** Something that access.yml may say, and that whoever wrote it probably did not mean. `at` is a path from the top of the file. */
export interface Oddity {
  readonly at: Path;
  readonly code: string;
  readonly message: string;
}

/** Everything odd in a policy that is in order. @param host where it is to be in force, if that is known */
export const odditiesOf = (access: CompiledAccess, host?: string): readonly Oddity[] => [
  ...access.entitlements.flatMap((entitlement) => ofEntitlement(entitlement, access)),
  ...whoMayRevoke(access),
  ...rolesNamedTwice(access.entitlements),
  ...unusedAccounts(access),
  ...partitionOddities(access),
  ...unusedProviders(access),
  ...unusedServices(access),
  ...sharedAudiences(access, host),
];

const ofEntitlement = (
  entitlement: Entitlement,
  { identityProviders: providers, chat }: Pick<CompiledAccess, 'identityProviders' | 'chat'>,
): readonly Oddity[] => {
  const odd = (path: Path, code: string, message: string): Oddity => ({
    at: ['entitlements', entitlement.id, ...path],
    code,
    message,
  });
  return [
    ...whoMayAsk(entitlement, providers).map(([code, message]) => odd(['requesters'], code, message)),
    ...stagesOf(entitlement).flatMap((stage, index) =>
      whoMayApprove(stage, entitlement, providers).map(([code, message]) =>
        odd(['approval', 'stages', index, 'from'], code, message),
      ),
    ),
    ...whoHears(entitlement, chat).map(([code, message]) => odd(['breakGlass'], code, message)),
    ...(isMighty(entitlement) && !entitlement.requires.mfa
      ? [odd(['role'], 'admin_without_mfa', 'is a mighty role by its name, and requires.mfa does not ask for it')]
      : []),
    ...(entitlement.session.tail === 'refuse' && entitlement.maxDurationSeconds < STS_MIN_SECONDS
      ? [
          odd(
            ['maxDuration'],
            'never_issued',
            'is less than the 15 minutes that STS wants, and session.tail refuses then',
          ),
        ]
      : []),
  ];
};

type Said = readonly [code: string, message: string];

const whoMayAsk = ({ requesters, requires }: Entitlement, providers: readonly IdentityProvider[]): readonly Said[] => {
  const reachable = requesters.groups.filter((group) => !isEmpty(group, providers));
  if (reachable.length === 0) return [['nobody_may_ask', 'are no workload’s groups: nobody can ask for this']];
  const onlyWorkloads = reachable.every((group) => isOfWorkloads(group, providers));
  return requires.mfa && onlyWorkloads
    ? [['nobody_may_ask', 'are workloads, which never satisfy requires.mfa: nobody can ask for this']]
    : [];
};

const whoMayApprove = (
  { from, count }: Stage,
  { requesters }: Entitlement,
  providers: readonly IdentityProvider[],
): readonly Said[] => {
  const groups = from.groups.filter((group) => !isOfWorkloads(group, providers));
  const named = from.people?.length ?? 0;
  if (groups.length === 0 && named === 0)
    return [['nobody_may_approve', 'are workloads, which never approve: this waits for ever']];
  if (groups.length === 0 && named < count)
    return [['nobody_may_approve', `are ${named}, and ${count} are needed: this waits for ever`]];
  const both = groups.filter((group) => requesters.groups.includes(group));
  if (both.length === 0) return [];
  return both.length === groups.length && named === 0
    ? [['approvers_are_requesters', 'are the requesters: they approve each other']]
    : [['approvers_among_requesters', `are partly the requesters (${both.join(', ')}): they may approve each other`]];
};

/** Approvers that are asked may revoke too; that they can be asked at all is looked at where they are named. */
const whoMayRevoke = ({ entitlements, identityProviders, ...rules }: CompiledAccess): readonly Oddity[] => {
  const isNobody = ({ groups, people }: Approvers): boolean =>
    people === undefined && groups.every((group) => isOfWorkloads(group, identityProviders));
  if (!isNobody(revokersOfAll(rules))) return [];
  return entitlements
    .filter((each) => isNobody(each.revokers) && stagesOf(each).every(({ from }) => isNobody(from)))
    .map(({ id }) => ({
      at: ['entitlements', id],
      code: 'nobody_may_revoke',
      message: 'has no revokers, nor has the file: nobody but its requester can end a grant of it',
    }));
};

const whoHears = ({ breakGlass }: Entitlement, chat: ChatSettings = {}): readonly Said[] => {
  if (!breakGlass) return [];
  const { requesters, reviewers, notify } = breakGlass;
  const others = reviewers.groups.filter((group) => !requesters.groups.includes(group));
  return [
    ...(notify.length === 0 && !hears(reviewers, chat)
      ? [
          [
            'break_glass_unheard',
            'has no notify, and chat no channel for its reviewers: nobody is told, and all that is heard of one is the alarm notices-failures',
          ] as const,
        ]
      : []),
    ...(others.length === 0 && !reviewers.people
      ? [['reviewers_are_requesters', 'has no reviewers but its requesters: they review each other'] as const]
      : []),
  ];
};

/** People who are named one by one are told alone, by whatever there is. */
const hears = ({ groups, people = [] }: Approvers, { slack, teams, mail }: ChatSettings): boolean =>
  (people.length > 0 && (slack ?? teams ?? mail) !== undefined) ||
  [slack, teams, mail].some((one) =>
    one?.channels.some(({ approvers }) => approvers.some((group) => groups.includes(group))),
  );

const stagesOf = ({ approval }: Entitlement): readonly Stage[] => (approval === 'auto' ? [] : approval.stages);

const isMighty = ({ roleArn }: Entitlement): boolean =>
  /admin|root|poweruser|owner|break-?glass/i.test(roleArn.slice(roleArn.lastIndexOf('/') + 1));

const providerOf = (group: Group, providers: readonly IdentityProvider[]): IdentityProvider | undefined =>
  providers.find(({ id }) => id === group.slice(0, group.indexOf(':')));

const isOfWorkloads = (group: Group, providers: readonly IdentityProvider[]): boolean =>
  isForWorkloads(providerOf(group, providers));

/** What groups a workload has stands in access.yml; what groups people have, only their provider knows. */
const isEmpty = (group: Group, providers: readonly IdentityProvider[]): boolean => {
  const provider = providerOf(group, providers);
  return isForWorkloads(provider) && !provider.groups.includes(group);
};

const isForWorkloads = (provider: IdentityProvider | undefined): provider is WorkloadProvider | AwsProvider =>
  provider?.type === 'oidc-workload' || provider?.type === 'aws-workload';

const rolesNamedTwice = (entitlements: readonly Entitlement[]): readonly Oddity[] =>
  entitlements.flatMap(({ id, roleArn }, index) => {
    const first = entitlements.slice(0, index).find((other) => other.roleArn === roleArn);
    return first
      ? [
          {
            at: ['entitlements', id, 'role'],
            code: 'role_twice',
            message: `is that of ${first.id} too: whoever may ask for both takes the easier way`,
          },
        ]
      : [];
  });

const unusedAccounts = ({ entitlements, accounts }: CompiledAccess): readonly Oddity[] =>
  accounts
    .filter(({ name }) => !entitlements.some(({ account }) => account.name === name))
    .map(({ name }) => ({ at: ['accounts', name], code: 'unused_account', message: 'has no entitlement' }));

const unusedProviders = ({ identityProviders, ...access }: CompiledAccess): readonly Oddity[] => {
  const used = new Set(namesUsed(access).map((name) => name.slice(0, name.indexOf(':'))));
  const onCall = new Set(access.outside.onCall.map(({ issuer }) => issuer));
  return identityProviders.flatMap(({ id, issuer, type }, index) =>
    used.has(id) || ((type === 'oidc' || type === 'saml') && onCall.has(issuer))
      ? []
      : [{ at: ['identityProviders', index], code: 'unused_provider', message: 'vouches for nobody who counts here' }],
  );
};

/** A host that is somebody's alone, whatever its port. */
const HOST = /^(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d{1,5})?$/i;

/** Another server of the same audience could bring a proof that it was given here, within its minute. */
const sharedAudiences = ({ identityProviders }: CompiledAccess, host?: string): readonly Oddity[] =>
  identityProviders.flatMap((provider, index) => {
    if (provider.type !== 'aws-workload') return [];
    const { audience } = provider;
    const isOurs = host === undefined ? HOST.test(audience) : audience === host;
    return isOurs
      ? []
      : [
          {
            at: ['identityProviders', index, 'audience'],
            code: 'audience_not_own_host',
            message: `is not ${host ?? 'a host'}: a proof that was made for another server of that audience would be good here`,
          },
        ];
  });

const unusedServices = ({ outside, ...access }: CompiledAccess): readonly Oddity[] => {
  const groups = new Set(namesUsed(access));
  const asked = new Set(access.entitlements.map(({ ticket }) => ticket?.check?.service));
  return [
    ...outside.onCall
      .filter(({ id }) => !groups.has(onCallGroup(id)))
      .map(({ id }) => ({ at: ['onCall', id], code: 'unused_on_call', message: 'is named nowhere as a group' })),
    ...outside.tickets
      .filter(({ id }) => !asked.has(id))
      .map(({ id }) => ({ at: ['tickets', id], code: 'unused_tickets', message: 'is asked by no entitlement' })),
  ];
};

/** Everybody who is named anywhere: `okta:sre`, `okta:00u1`. */
const namesUsed = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.includes(':') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  if ('provider' in value && 'subject' in value) return [`${String(value.provider)}:${String(value.subject)}`];
  return Object.values(value).flatMap(namesUsed);
};
