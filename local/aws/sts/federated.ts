import { AwsFault } from '../fault.ts';
import type { Context } from '../policy/glob.ts';
import { evaluateTrust } from '../policy/evaluate.ts';
import { sessionPolicy } from '../service.ts';
import type { UnsignedCall } from '../service.ts';
import type { LoadedRole } from '../world.ts';
import { checkTags, refuseContradictions } from './assume-role-input.ts';
import { checkRoleMaximum, contextOf, floorToSecond, opened, packedSize } from './assume-role.ts';
import type { AssumedRole, SessionAsked } from './assume-role.ts';
import { Validation } from './parameters.ts';

/** A role session that an assertion asks for, which was believed. */
export interface FederatedSession extends SessionAsked {
  readonly action: 'sts:AssumeRoleWithWebIdentity' | 'sts:AssumeRoleWithSAML';
  readonly roleArn: string;
  /** The ARN of the provider in the role's account. */
  readonly provider: string;
  readonly durationSeconds: number;
  readonly policy: string | undefined;
  /** The condition keys that this kind of assertion brings. */
  readonly claims: readonly (readonly [string, readonly string[]])[];
}

const STS_NAME = /^[\w+=,.@-]{2,64}$/;

/**
 * Opens a role session for whoever brought an assertion: by the trust policy alone, since there is no caller whose policies could be
 * asked, and for as long as the role allows, since no role is chained. Throws AwsFaults with the codes of STS.
 */
export function openFederated(call: UnsignedCall, asked: FederatedSession): AssumedRole {
  checkAttributes(asked);
  const role = authorise(call, asked);
  checkRoleMaximum(role, asked.durationSeconds);
  if (asked.policy !== undefined) sessionPolicy(asked.policy);
  const packedPolicySize = packedSize(asked.policy, asked.tags);
  const issuedAt = floorToSecond(call.now);
  const session = {
    roleArn: role.arn,
    name: asked.roleSessionName,
    tags: asked.tags,
    transitiveTagKeys: asked.transitiveTagKeys,
    sourceIdentity: asked.sourceIdentity,
    policy: asked.policy,
    chained: false,
    federatedProvider: asked.provider,
    ...{ issuedAt, expiresAt: issuedAt + asked.durationSeconds * 1000 },
  };
  return opened(call, role, session, packedPolicySize);
}

/** The limits are the same whether tags and source identity are members of the request or attributes of an assertion. */
function checkAttributes({ tags, transitiveTagKeys, sourceIdentity }: FederatedSession): void {
  const validation = new Validation();
  checkTags(validation, Object.entries(tags), transitiveTagKeys);
  validation.finish();
  refuseContradictions(Object.entries(tags), transitiveTagKeys);
  if (sourceIdentity === undefined) return;
  if (!STS_NAME.test(sourceIdentity) || /^aws:/i.test(sourceIdentity))
    throw new AwsFault(400, 'InvalidIdentityToken', 'The source identity is not well-formed.');
}

function authorise(call: UnsignedCall, asked: FederatedSession): LoadedRole {
  const context = contextOfAssertion(call, asked);
  const caller = { kind: 'federated', provider: asked.provider } as const;
  const actions = [
    asked.action,
    ...(asked.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(Object.keys(asked.tags).length === 0 ? [] : ['sts:TagSession']),
  ];
  const role = call.world.role(asked.roleArn);
  // A role that does not exist is refused in the words for one that does.
  if (!role) throw notAuthorized(asked.action, 'no such role');
  for (const action of actions) {
    const decision = evaluateTrust({ caller, action, resource: asked.roleArn, context }, role.trust);
    if (!decision.allowed) throw notAuthorized(action, decision.reason);
  }
  call.notes.action = asked.action;
  return role;
}

function notAuthorized(action: string, reason: string): AwsFault {
  return new AwsFault(403, 'AccessDenied', `Not authorized to perform ${action}`, reason);
}

function contextOfAssertion({ now, request }: UnsignedCall, asked: FederatedSession): Context {
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['aws:FederatedProvider', [asked.provider]],
    ['aws:CurrentTime', [now.toISOString()]],
    ['aws:EpochTime', [String(Math.floor(now.getTime() / 1000))]],
    ['aws:SourceIp', [request.sourceIp]],
    ['aws:SecureTransport', ['true']],
    ...contextOf(asked),
    ...asked.claims,
  ];
  return new Map(all.map(([key, values]) => [key.toLowerCase(), values]));
}
