import type { DenyStatement, Entitlement } from './entitlement.ts';
import { type InputFault, type Refusal, badInput } from './errors.ts';

/** The part of a role that a task needs, as its requester names it: IAM's own patterns. It can only take away. */
export interface Scope {
  /** `s3:GetObject`, `ec2:Describe*`. */
  readonly actions: readonly string[];
  /** ARNs, or `*`. */
  readonly resources: readonly string[];
}

/** A service by its name, and what in it: a star for the service would hide what is asked for from whoever says yes. */
const ACTION = /^([a-z0-9-]{1,63}):([A-Za-z0-9*?]{1,128})$/;

/**
 * IAM user guide, ARNs: no wildcards in partition or service. Policy variables (`${…}`) would mean something else in each session, and
 * quotes or controls nothing good.
 */
const ARN =
  /^arn:(aws|aws-us-gov|aws-cn):([a-z0-9-]{1,63}):([a-z0-9*?-]*):([^:]*):([!#%&'()*+,\-./0-9:;=?@A-Z[\]^_`a-z|~]{1,512})$/;

/** Each where it may not be, by its place in the input; undefined when all is well. */
export const scopeForm = (
  { account }: Pick<Entitlement, 'account'>,
  { actions, resources }: Scope,
): Refusal | undefined => {
  const faults = [
    ...actions.flatMap((action, at) => (ACTION.test(action) ? [] : [malformed('actions', at, AN_ACTION)])),
    ...resources.flatMap((resource, at) => {
      const why = resource === '*' ? undefined : whyNoArn(resource, account);
      return why === undefined ? [] : [malformed('resources', at, why)];
    }),
    ...twice(
      actions.map((action) => action.toLowerCase()),
      'actions',
    ),
    ...twice(resources, 'resources'),
  ];
  const [first] = faults;
  return first && { ...badInput(first.pointer, first.code, first.detail), faults };
};

const AN_ACTION = 'an action of one service, such as s3:GetObject or ec2:Describe*';

const malformed = (list: keyof Scope, at: number, detail: string): InputFault => ({
  pointer: `/scope/${list}/${at}`,
  code: 'invalid_format',
  detail,
});

const whyNoArn = (resource: string, { id, partition }: Entitlement['account']): string | undefined => {
  const [, itsPartition, , , itsAccount] = ARN.exec(resource) ?? [];
  if (itsPartition === undefined) return 'an ARN, wildcards after its service only, or *';
  if (itsPartition !== partition) return `an ARN of the partition ${partition}`;
  // Buckets and some others have no account; `aws` has what AWS itself keeps.
  return ['', 'aws', id].some((one) => one === itsAccount) ? undefined : `an ARN of the account ${id}`;
};

const twice = (list: readonly string[], name: keyof Scope): readonly InputFault[] =>
  list.flatMap((each, at) =>
    list.indexOf(each) < at
      ? [{ pointer: `/scope/${name}/${at}`, code: 'duplicate', detail: 'it is named twice' }]
      : [],
  );

/**
 * One allow, for exactly that; and a deny of all else, since a resource's own policy that names the session may allow what a session policy
 * only passes over in silence (IAM user guide, session policies).
 */
export const scopeStatements = ({
  actions,
  resources,
}: Scope): readonly [ScopeAllow, ...(readonly DenyStatement[])] => [
  { Effect: 'Allow', Action: actions, Resource: resources },
  { Sid: 'OtherActions', Effect: 'Deny', NotAction: actions, Resource: ['*'] },
  ...(resources.includes('*')
    ? []
    : [{ Sid: 'OtherResources', Effect: 'Deny', Action: ['*'], NotResource: resources } as const]),
];

export interface ScopeAllow {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** For whoever says yes: a line a service, then a line a resource. Nothing is left out. */
export const scopeInWords = ({ actions, resources }: Scope): readonly string[] => {
  const services = new Map<string, string[]>();
  for (const action of actions) {
    const at = action.indexOf(':');
    const service = action.slice(0, at);
    services.set(service, [...(services.get(service) ?? []), actionInWords(action.slice(at + 1))]);
  }
  return [
    ...[...services].map(([service, all]) => `${service}: ${all.join(', ')}`),
    ...resources.map((resource) => `on ${resourceInWords(resource)}`),
  ];
};

const actionInWords = (what: string): string => {
  if (what === '*') return 'everything';
  return /^[^*?]+\*$/.test(what) ? `everything that begins with ${what.slice(0, -1)}` : what;
};

const resourceInWords = (resource: string): string => {
  if (resource === '*') return 'every resource';
  const parts = resource.split(':');
  const [service, region] = [parts.slice(2, 3).join(), parts.slice(3, 4).join()];
  const where = region === '' ? '' : ` in ${region === '*' ? 'every region' : region}`;
  return `${parts.slice(5).join(':')} of ${service}${where}`;
};

/** In the same words and the same order: what was asked for twice under one key. */
export const sameScope = (a: Scope | undefined, b: Scope | undefined): boolean =>
  (['actions', 'resources'] as const).every((list) => JSON.stringify(a?.[list]) === JSON.stringify(b?.[list]));
