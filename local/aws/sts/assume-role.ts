import { deflateRawSync } from 'node:zlib';
import { AwsFault } from '../fault.ts';
import { describeBare, describeDenial, evaluateTrust } from '../policy/evaluate.ts';
import type { AccessRequest, Decision } from '../policy/evaluate.ts';
import { accessRequest, decide, sessionPolicy } from '../service.ts';
import type { ServiceCall, UnsignedCall } from '../service.ts';
import { sessionArn } from '../session.ts';
import type { Credentials, RoleSession } from '../session.ts';
import type { LoadedRole } from '../world.ts';
import type { AssumeRoleInput } from './assume-role-input.ts';
import { readAssumeRole } from './assume-role-input.ts';
import type { Parameters } from '../query.ts';

/** "a role session limited to a maximum of one hour": role chaining, in the terms of the IAM user guide. */
const CHAINED_SECONDS = 3600;
/** AWS does not say how it packs; this many deflated bytes is our hundred per cent. */
const PACKED_BYTES = 2048;

/** What policies are told of a role session that is asked for. */
export type SessionAsked = Pick<AssumeRoleInput, 'roleSessionName' | 'tags' | 'transitiveTagKeys' | 'sourceIdentity'> &
  Partial<Pick<AssumeRoleInput, 'externalId'>>;

export interface AssumedRole {
  readonly credentials: Credentials;
  readonly assumedRoleId: string;
  readonly arn: string;
  readonly sourceIdentity: string | undefined;
  readonly packedPolicySize: number | undefined;
}

/**
 * Opens a role session for another role session, by the rules of AWS: the members' limits, the caller's policies and the
 * role's trust policy for each of AssumeRole, SetSourceIdentity and TagSession, what the chain has fixed, the duration.
 * Throws AwsFaults with the codes of STS.
 */
export function assumeRole(call: ServiceCall, parameters: Parameters): AssumedRole {
  call.notes.resource = parameters.get('RoleArn') ?? '';
  const input = readAssumeRole(parameters);
  const inherited = inheritedTags(call);
  const role = authorise(call, input, inherited.size > 0);
  keepChain(call, input, inherited);
  checkDuration(role, input.durationSeconds);
  if (input.policy !== undefined) sessionPolicy(input.policy);
  const tags = { ...Object.fromEntries(inherited), ...input.tags };
  const packedPolicySize = packedSize(input.policy, tags);
  const session = {
    roleArn: role.arn,
    name: input.roleSessionName,
    tags,
    transitiveTagKeys: [...inherited.keys(), ...input.transitiveTagKeys],
    sourceIdentity: input.sourceIdentity ?? call.session.sourceIdentity,
    policy: input.policy,
    chained: true,
    issuedAt: floorToSecond(call.now),
    expiresAt: floorToSecond(call.now) + input.durationSeconds * 1000,
  };
  return opened(call, role, session, packedPolicySize);
}

/** Opens it, and says what STS answers of a role session, whichever way it was asked for. */
export function opened(
  call: UnsignedCall,
  role: LoadedRole,
  session: Omit<RoleSession, 'accessKeyId'>,
  packedPolicySize: number | undefined,
): AssumedRole {
  const credentials = call.sessions.open(session);
  return {
    credentials,
    assumedRoleId: `${role.id}:${session.name}`,
    arn: sessionArn(role, { ...session, accessKeyId: credentials.accessKeyId }),
    sourceIdentity: session.sourceIdentity,
    packedPolicySize,
  };
}

/** AWS counts in whole seconds. */
export function floorToSecond(time: Date): number {
  return Math.floor(time.getTime() / 1000) * 1000;
}

function inheritedTags({ session }: ServiceCall): Map<string, string> {
  const transitive = new Set(session.transitiveTagKeys.map((key) => key.toLowerCase()));
  return new Map(Object.entries(session.tags).filter(([key]) => transitive.has(key.toLowerCase())));
}

/**
 * NB. Both sides must allow, within one account too, where AWS would be content with a trust policy that names the
 * caller itself: what works here works there, and a role that may assume is seen in its own policies.
 */
function authorise(call: ServiceCall, input: AssumeRoleInput, inheritsTags: boolean): LoadedRole {
  const setsIdentity = input.sourceIdentity !== undefined || call.session.sourceIdentity !== undefined;
  const setsTags = Object.keys(input.tags).length > 0 || inheritsTags;
  const assume = accessRequest(call, 'sts:AssumeRole', input.roleArn, contextOf(input));
  const requests = [
    assume,
    ...(setsIdentity ? [{ ...assume, action: 'sts:SetSourceIdentity' }] : []),
    ...(setsTags ? [{ ...assume, action: 'sts:TagSession' }] : []),
  ];
  for (const request of requests) {
    const decision = decide(call, request);
    if (!decision.allowed) throw denied(call, request, decision);
  }
  const role = call.world.role(input.roleArn);
  // A role that does not exist is refused in the words for one that does, as on AWS.
  if (!role) throw new AwsFault(403, 'AccessDenied', describeBare(assume), 'no such role');
  for (const request of requests) {
    const decision = evaluateTrust(request, role.trust);
    if (!decision.allowed) throw denied(call, request, decision);
  }
  call.notes.action = assume.action;
  return role;
}

/** AWS tells the reason within one account only. */
function denied(call: ServiceCall, request: AccessRequest, decision: Decision & { allowed: false }): AwsFault {
  const sameAccount = request.resource.split(':')[4] === call.role.account;
  const message = sameAccount ? describeDenial(request, decision) : describeBare(request);
  return new AwsFault(403, 'AccessDenied', message, `${request.action}: ${decision.reason}`);
}

export function contextOf(input: SessionAsked): [string, string[]][] {
  const tagKeys = Object.keys(input.tags);
  const keys: [string, string[]][] = [
    ['sts:RoleSessionName', [input.roleSessionName]],
    ['aws:TagKeys', tagKeys],
    ['sts:TransitiveTagKeys', [...input.transitiveTagKeys]],
    ...Object.entries(input.tags).map(([key, value]): [string, string[]] => [`aws:RequestTag/${key}`, [value]]),
  ];
  if (input.externalId !== undefined) keys.push(['sts:ExternalId', [input.externalId]]);
  if (input.sourceIdentity !== undefined) keys.push(['sts:SourceIdentity', [input.sourceIdentity]]);
  return keys;
}

/** What a chain has fixed once stays: the source identity, and tags that were made transitive. */
function keepChain({ session }: ServiceCall, input: AssumeRoleInput, inherited: ReadonlyMap<string, string>): void {
  if (
    session.sourceIdentity !== undefined &&
    input.sourceIdentity !== undefined &&
    session.sourceIdentity !== input.sourceIdentity
  ) {
    const message = 'The source identity of the calling session cannot be changed.';
    throw new AwsFault(403, 'AccessDenied', message, 'source identity differs from the chain');
  }
  const fixed = new Set([...inherited.keys()].map((key) => key.toLowerCase()));
  if (Object.keys(input.tags).some((key) => fixed.has(key.toLowerCase()))) {
    const message =
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
    throw new AwsFault(400, 'InvalidParameterValue', message);
  }
}

/** Every caller here is a role session, so every AssumeRole is role chaining. */
function checkDuration(role: LoadedRole, seconds: number): void {
  checkRoleMaximum(role, seconds);
  if (seconds > CHAINED_SECONDS) {
    const message =
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
    throw new AwsFault(400, 'ValidationError', message);
  }
}

export function checkRoleMaximum(role: LoadedRole, seconds: number): void {
  if (seconds <= role.maxSessionSeconds) return;
  const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  throw new AwsFault(400, 'ValidationError', message);
}

/** Per cent of what fits; undefined when there is nothing to pack. Throws an AwsFault PackedPolicyTooLarge over a hundred. */
export function packedSize(policy: string | undefined, tags: Readonly<Record<string, string>>): number | undefined {
  if (policy === undefined && Object.keys(tags).length === 0) return undefined;
  const bytes = deflateRawSync(JSON.stringify({ policy, tags })).length;
  const size = Math.ceil((bytes / PACKED_BYTES) * 100);
  if (size <= 100) return size;
  const message = `Packed size of session tags and policy consumes ${size}% of allotted space.`;
  throw new AwsFault(400, 'PackedPolicyTooLarge', message);
}
