import { LENT_TAG, boundaryArn, roleName } from '../../domain/boundary.ts';
import type { DenyStatement, Entitlement } from '../../domain/entitlement.ts';
import { STS_MAX_SECONDS } from '../../domain/role-session.ts';
import type { TrustedBroker } from '../../domain/target-role.ts';
import type { RoleFacts } from '../role-facts.ts';
import { type Finding, fault, warning } from './finding.ts';
import { isAbout, isLike, isOn, readStatements } from './policy-statements.ts';
import { type Seen, liveFindings } from './live.ts';
import { trustFindings } from './trust.ts';

/** Something that a session of the role is to do. */
export interface Deed {
  readonly action: string;
  readonly resource: string;
}

/**
 * What stands between an entitlement and a session of its role, line by line; nothing where all is well, as far as was read.
 *
 * @param seen what its account said besides, where it was asked; `gone`: that there is no such role
 */
export const diagnose = (
  entitlement: Entitlement,
  broker: TrustedBroker,
  roles: readonly RoleFacts[],
  deed?: Deed,
  seen?: Seen | 'gone',
): readonly Finding[] => {
  const facts = roles.find(({ arn }) => arn === entitlement.roleArn);
  if (!facts || seen === 'gone') return [missing(entitlement, roles, seen === 'gone')];
  return [
    ...(facts.trust === undefined
      ? [unread('role', 'its trust policy', entitlement)]
      : trustFindings(facts.trust, entitlement, broker)),
    ...durationFindings(entitlement, facts),
    ...boundaryFindings(entitlement, facts),
    ...tagFindings(entitlement, facts),
    ...(seen ? liveFindings(entitlement, broker, seen, deed) : []),
    ...(deed ? takenAway(entitlement, deed) : []),
    ...(deed && !seen?.deed ? permissionFindings(entitlement, facts, deed) : []),
  ];
};

const missing = (entitlement: Entitlement, roles: readonly RoleFacts[], isGone: boolean): Finding => {
  const { roleArn, account, id } = entitlement;
  const ofAccount = roles.filter(({ arn }) => arn.split(':')[4] === account.id);
  const elsewhere = ofAccount.find(({ name }) => name === roleName(roleArn));
  if (elsewhere)
    return fault(
      'role',
      `${roleArn} is not there, and ${elsewhere.arn} is`,
      `set role.path of ${id} in access.yml to the path of that one`,
    );
  return isGone || ofAccount.length > 1
    ? fault('role', `${roleArn} is not there`, `hatcheck role template --entitlement ${id} writes it`)
    : unread('role', `anything of ${roleArn}`, entitlement);
};

const unread = (line: Finding['line'], what: string, { roleArn }: Entitlement): Finding =>
  warning(
    line,
    `no file says ${what}`,
    `aws iam get-role --role-name ${roleName(roleArn)} > role.json, and --role role.json`,
  );

/** What we ask STS for at the most, against what the role gives. */
const durationFindings = (entitlement: Entitlement, { maxSessionSeconds }: RoleFacts): readonly Finding[] => {
  const { session, roleMaxSessionSeconds, roleArn } = entitlement;
  if (maxSessionSeconds === undefined) return [unread('duration', 'how long its sessions may be', entitlement)];
  const asked = Math.min(session.maxSeconds, roleMaxSessionSeconds, STS_MAX_SECONDS[session.via]);
  return asked <= maxSessionSeconds
    ? []
    : [
        fault(
          'duration',
          `its sessions last ${maxSessionSeconds} s at most, and ${asked} s are asked for`,
          `aws iam update-role --role-name ${roleName(roleArn)} --max-session-duration ${asked}, or a lower session.max in access.yml`,
        ),
      ];
};

const boundaryFindings = (entitlement: Entitlement, { boundaryArn: carried }: RoleFacts): readonly Finding[] => {
  const wanted = boundaryArn(entitlement);
  if (carried === undefined) return [unread('boundary', 'which permissions boundary it carries', entitlement)];
  return carried === wanted
    ? []
    : [
        fault(
          'boundary',
          `it carries ${carried ?? 'no permissions boundary'}: sessions that are out could not be ended`,
          `aws iam put-role-permissions-boundary --role-name ${roleName(entitlement.roleArn)} --permissions-boundary ${wanted}`,
        ),
      ];
};

/** Under our own path it is known by that. */
const tagFindings = ({ id, roleArn }: Entitlement, { tags }: RoleFacts): readonly Finding[] =>
  tags === undefined || tags.includes(LENT_TAG) || roleArn.includes(':role/hatcheck/')
    ? []
    : [
        warning(
          'lent_tag',
          `it has no tag ${LENT_TAG}: an administrator's session of another role could change it`,
          `aws iam tag-role --role-name ${roleName(roleArn)} --tags Key=${LENT_TAG},Value=${id}`,
        ),
      ];

const permissionFindings = (
  { roleArn }: Entitlement,
  { policies, unread: unreadPolicies = [] }: RoleFacts,
  { action, resource }: Deed,
): readonly Finding[] => {
  const details =
    'aws iam get-account-authorization-details --filter Role LocalManagedPolicy AWSManagedPolicy > roles.json';
  if (!policies) return [warning('permissions', 'no file says what it may do', `${details}, and --role roles.json`)];
  const about = policies
    .flatMap((policy) => readStatements(policy) ?? [])
    .filter((statement) => isAbout(statement, action) && isOn(statement, resource));
  const denied = about.find(({ effect, conditions }) => effect === 'Deny' && conditions.length === 0);
  if (denied)
    return [fault('permissions', `${denied.label} of its permissions denies ${action}`, `take it out of ${roleArn}`)];
  const allowing = about.filter(({ effect }) => effect === 'Allow');
  if (allowing.some(({ conditions }) => conditions.length === 0)) return [];
  if (allowing.length > 0 || unreadPolicies.length > 0)
    return [
      warning(
        'permissions',
        `whether its permissions allow ${action} on ${resource} depends on ${[...allowing.map(({ label }) => `the conditions of ${label}`), ...unreadPolicies].join(', ')}`,
        unreadPolicies.length > 0 ? details : 'see that they hold',
      ),
    ];
  return [
    fault(
      'permissions',
      `its permissions lack ${action} on ${resource}; the trust policy has nothing to do with that`,
      `attach a policy that allows it to ${roleArn}`,
    ),
  ];
};

/** The session policy that comes with each session (`session.policy` in access.yml). */
const takenAway = ({ id, session }: Entitlement, deed: Deed): readonly Finding[] =>
  session.denies
    .filter((deny) => deny.Condition === undefined && isTaken(deny, deed))
    .map(({ Sid }) =>
      fault(
        'session_policy',
        `${Sid === undefined ? 'a deny' : `the deny ${Sid}`} of session.policy takes ${deed.action} away`,
        `ask for another entitlement, or change the session.policy of ${id}`,
      ),
    );

const isTaken = ({ Action, NotAction = [], Resource, NotResource = [] }: DenyStatement, deed: Deed): boolean =>
  (Action
    ? Action.some((one) => isLike(one, deed.action, 'i'))
    : !NotAction.some((one) => isLike(one, deed.action, 'i'))) &&
  (Resource
    ? Resource.some((one) => isLike(one, deed.resource))
    : !NotResource.some((one) => isLike(one, deed.resource)));
