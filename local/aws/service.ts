import { requestContext } from './context.ts';
import { AwsFault } from './fault.ts';
import { parsePolicy } from './policy/document.ts';
import type { Policy } from './policy/document.ts';
import { describeDenial, evaluate } from './policy/evaluate.ts';
import type { AccessRequest, Decision } from './policy/evaluate.ts';
import { callerOf } from './session.ts';
import type { RoleSession, SessionIssuer } from './session.ts';
import type { SignatureFault } from './sigv4.ts';
import type { Answer, WireRequest } from './wire.ts';
import type { LoadedRole, LoadedWorld } from './world.ts';

/** What a service learns while it answers, for the record of calls. Never a secret. */
export interface CallNotes {
  action: string;
  resource?: string;
  reason?: string;
}

/** A request whose sender nobody has vouched for. */
export interface UnsignedCall {
  readonly request: WireRequest;
  readonly now: Date;
  readonly requestId: string;
  readonly world: LoadedWorld;
  readonly sessions: SessionIssuer;
  readonly notes: CallNotes;
}

/** A request whose signature was verified, and whose role exists. */
export interface ServiceCall extends UnsignedCall {
  readonly session: RoleSession;
  readonly role: LoadedRole;
  readonly region: string;
}

export interface Service {
  /** How far X-Amz-Date may be from now. */
  readonly skewSeconds: number;
  readonly signatureFaults: Readonly<Record<SignatureFault, AwsFault>>;
  readonly answer: (call: ServiceCall) => Promise<Answer>;
  /** The operations that need no signature; without it there are none. */
  readonly answerUnsigned?: (call: UnsignedCall) => Promise<Answer>;
  readonly renderFault: (fault: AwsFault, requestId: string) => Answer;
}

const MISMATCH = new AwsFault(403, 'SignatureDoesNotMatch', 'The request signature does not match.');

/** What IAM, SQS and STS answer to a signature that is none. */
export const SIGNATURE_FAULTS: Service['signatureFaults'] = {
  missing_token: new AwsFault(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'),
  incomplete_signature: new AwsFault(400, 'IncompleteSignature', 'The request signature is not complete'),
  invalid_token: new AwsFault(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
  expired_token: new AwsFault(403, 'ExpiredToken', 'The security token included in the request is expired'),
  outside_time: new AwsFault(403, 'SignatureDoesNotMatch', 'Signature expired or not yet current'),
  wrong_body_hash: MISMATCH,
  mismatch: MISMATCH,
};

/** What the caller asks, as policies see it; `more` are the condition keys that only this request has. */
export function accessRequest(
  call: ServiceCall,
  action: string,
  resource: string,
  more: Iterable<readonly [string, readonly string[]]> = [],
): AccessRequest {
  const { role, session, region, now, request } = call;
  const context = requestContext({ role, session, region, now, sourceIp: request.sourceIp }, more);
  return { caller: callerOf(role, session), action, resource, context };
}

/** Decides by everything that limits the caller's role session, and notes the outcome. */
export function decide(call: ServiceCall, request: AccessRequest, resource?: Policy): Decision {
  const { role, session } = call;
  const decision = evaluate(request, {
    identity: role.identity,
    boundary: role.boundary,
    session: session.policy === undefined ? undefined : sessionPolicy(session.policy),
    resource,
  });
  Object.assign(call.notes, { action: request.action, resource: request.resource, reason: decision.reason });
  return decision;
}

/** How a service says no, and by what policy of the resource's own it may. */
export interface Authorising {
  readonly more?: Iterable<readonly [string, readonly string[]]>;
  readonly resourcePolicy?: Policy | undefined;
  /** The denial's status and code; 403 `AccessDenied` unless said otherwise. */
  readonly denial?: readonly [status: number, code: string];
  /** What the denial names in place of the resource. */
  readonly shownAs?: string;
}

/** Throws the denial in the service's words unless the caller may. */
export function authorise(call: ServiceCall, action: string, resource: string, by: Authorising = {}): void {
  const { more = [], resourcePolicy, denial: [status, code] = [403, 'AccessDenied'], shownAs = resource } = by;
  const request = accessRequest(call, action, resource, more);
  const decision = decide(call, request, resourcePolicy);
  if (decision.allowed) return;
  throw new AwsFault(status, code, describeDenial({ ...request, resource: shownAs }, decision), decision.reason);
}

/** Whether the caller may do something more than what the call is about; notes nothing. */
export function isAllowed(call: ServiceCall, action: string, resource: string, resourcePolicy?: Policy): boolean {
  return decide({ ...call, notes: { ...call.notes } }, accessRequest(call, action, resource), resourcePolicy).allowed;
}

const compiled = new Map<string, Policy>();
const REMEMBERED = 200;

/**
 * Parses a session policy, remembering the last few, since every call of a session brings the same one.
 * Throws an AwsFault MalformedPolicyDocument.
 */
export function sessionPolicy(text: string): Policy {
  const known = compiled.get(text);
  if (known) return known;
  const policy = parseSessionPolicy(text);
  const oldest = compiled.keys().next();
  if (compiled.size >= REMEMBERED && !oldest.done) compiled.delete(oldest.value);
  compiled.set(text, policy);
  return policy;
}

function parseSessionPolicy(text: string): Policy {
  try {
    return parsePolicy(JSON.parse(text), 'session', 'session policy');
  } catch (cause) {
    const message = cause instanceof SyntaxError ? 'This policy contains invalid Json' : 'Syntax errors in policy.';
    throw new AwsFault(400, 'MalformedPolicyDocument', message, cause instanceof Error ? cause.message : undefined);
  }
}
