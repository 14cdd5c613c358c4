import { AwsFault } from '../fault.ts';
import { authorise } from '../service.ts';
import type { ServiceCall } from '../service.ts';
import type { Parameters, QueryOperation } from '../query.ts';
import type { LoadedRole } from '../world.ts';
import type { XmlElements } from '../xml.ts';
import { versionIn } from './managed-policies.ts';
import { PROVIDER_OPERATIONS } from './providers.ts';
import { required } from './required.ts';
import { simulated } from './simulate.ts';
import type { ManagedPolicy, PolicyVersion } from './managed-policies.ts';

type Operation = QueryOperation<ServiceCall>;

/** Each does what IAM does, once the caller may. Throws AwsFaults with the codes of IAM. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    'GetPolicy',
    (call, parameters) => {
      const { arn, defaultId } = policyOf(call, parameters);
      return { Policy: { PolicyName: nameOf(arn), Arn: arn, DefaultVersionId: defaultId, IsAttachable: 'true' } };
    },
  ],
  [
    'GetPolicyVersion',
    (call, parameters) => {
      const policy = policyOf(call, parameters);
      const version = versionIn(policy, required(parameters, 'VersionId'));
      return { PolicyVersion: { ...versionXml(policy, version), Document: encoded(version.text) } };
    },
  ],
  [
    'ListPolicyVersions',
    (call, parameters) => {
      const policy = policyOf(call, parameters);
      const member = policy.versions.map((version) => versionXml(policy, version)).reverse();
      return { Versions: { member }, IsTruncated: 'false' };
    },
  ],
  [
    'CreatePolicyVersion',
    (call, parameters) => {
      const { arn } = policyOf(call, parameters);
      const asDefault = parameters.get('SetAsDefault') === 'true';
      const { managedPolicies } = call.world;
      const text = required(parameters, 'PolicyDocument');
      const version = managedPolicies.createVersion(arn, text, asDefault, call.now);
      return { PolicyVersion: versionXml(managedPolicies.get(arn), version) };
    },
  ],
  [
    'SetDefaultPolicyVersion',
    (call, parameters) => {
      call.world.managedPolicies.setDefault(policyOf(call, parameters).arn, required(parameters, 'VersionId'));
      return undefined;
    },
  ],
  [
    'DeletePolicyVersion',
    (call, parameters) => {
      call.world.managedPolicies.deleteVersion(policyOf(call, parameters).arn, required(parameters, 'VersionId'));
      return undefined;
    },
  ],
  ['GetRole', (call, parameters) => ({ Role: roleXml(roleOf(call, parameters)) })],
  [
    'SimulatePrincipalPolicy',
    (call, parameters) => {
      const arn = required(parameters, 'PolicySourceArn');
      authorise(call, call.notes.action, arn);
      const role = arn.split(':')[4] === call.role.account ? call.world.role(arn) : undefined;
      if (!role) throw new AwsFault(404, 'NoSuchEntity', `${arn} cannot be found.`);
      return simulated(call, role, parameters);
    },
  ],
  ...PROVIDER_OPERATIONS,
  [
    'PutRolePermissionsBoundary',
    (call, parameters) => {
      const boundary = required(parameters, 'PermissionsBoundary');
      const { arn } = roleOf(call, parameters, boundary);
      call.world.putBoundary(arn, call.world.managedPolicies.get(boundary).arn);
      return undefined;
    },
  ],
  [
    'DeleteRolePermissionsBoundary',
    (call, parameters) => {
      call.world.putBoundary(roleOf(call, parameters).arn, undefined);
      return undefined;
    },
  ],
]);

const policyOf = (call: ServiceCall, parameters: Parameters): ManagedPolicy => {
  const arn = required(parameters, 'PolicyArn');
  authorise(call, call.notes.action, arn);
  // Nobody reaches into another account by IAM, whatever the caller's own policies say.
  if (arn.split(':')[4] !== call.role.account) throw new AwsFault(404, 'NoSuchEntity', `Policy ${arn} was not found.`);
  return call.world.managedPolicies.get(arn);
};

/** `iam:PermissionsBoundary` is the boundary that is asked for, else the one that the role has ("Condition keys for IAM"). */
const roleOf = (call: ServiceCall, parameters: Parameters, boundary?: string): LoadedRole => {
  const name = required(parameters, 'RoleName');
  const { partition, account } = call.role;
  const role = call.world.roleNamed(account, name);
  const boundaryArn = boundary ?? role?.boundaryArn;
  authorise(call, call.notes.action, role?.arn ?? `arn:${partition}:iam::${account}:role/${name}`, {
    more: [
      ...(boundaryArn === undefined ? [] : [['iam:PermissionsBoundary', [boundaryArn]] as const]),
      ...Object.entries(role?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, [value]] as const),
    ],
  });
  if (!role) throw new AwsFault(404, 'NoSuchEntity', `The role with name ${name} cannot be found.`);
  return role;
};

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const versionXml = ({ defaultId }: ManagedPolicy, { id, createdAt }: PolicyVersion): XmlElements => ({
  VersionId: id,
  IsDefaultVersion: String(id === defaultId),
  CreateDate: createdAt.toISOString().replace(/\.\d+Z$/, 'Z'),
});

/** "URL-encoded, compliant with RFC 3986" (API reference, PolicyVersion). */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const roleXml = (role: LoadedRole): XmlElements => ({
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  MaxSessionDuration: role.maxSessionSeconds,
  AssumeRolePolicyDocument: encoded(JSON.stringify(role.trustDocument)),
  Tags: { member: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })) },
  PermissionsBoundary:
    role.boundaryArn === undefined
      ? undefined
      : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: role.boundaryArn },
});
