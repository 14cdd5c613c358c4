import { randomUUID } from 'node:crypto';
import { isDenial } from './calls.ts';
import type { CallRecord } from './calls.ts';
import { AwsFault } from './fault.ts';
import type { Service, ServiceCall, UnsignedCall } from './service.ts';
import { sessionArn } from './session.ts';
import type { SessionIssuer } from './session.ts';
import { readAuthorization, verifySignature } from './sigv4.ts';
import type { UnverifiedAuthorization } from './sigv4.ts';
import type { Answer, WireRequest } from './wire.ts';
import type { LoadedWorld } from './world.ts';

export interface RouterOptions {
  readonly world: LoadedWorld;
  readonly sessions: SessionIssuer;
  readonly clock: () => Date;
  /** By the service's name in a credential scope. */
  readonly services: ReadonlyMap<string, Service>;
  /** Answers what was signed for a service that does not exist here. */
  readonly fallback: Service;
  readonly record: (call: CallRecord) => void;
}

/** Sends a request to the service it was signed for, once the signature is verified, and records what came of it. */
export function createRouter(options: RouterOptions): (request: WireRequest) => Promise<Answer> {
  return async (request) => {
    const authorization = readAuthorization(request);
    const name = typeof authorization === 'string' ? guessService(request) : authorization.service;
    const service = options.services.get(name);
    const { world, sessions } = options;
    const [now, requestId] = [options.clock(), randomUUID()];
    const call = { request, now, requestId, world, sessions, notes: { action: `${name}:?` } };
    const who: { arn: string | null } = { arn: null };
    const base = () => ({ at: now.toISOString(), requestId, service: name, principal: who.arn, ...call.notes });
    try {
      const answer = await serve(service, call, authorization, who);
      options.record({ ...base(), decision: 'allowed' });
      return answer;
    } catch (cause) {
      const fault = asFault(cause);
      const reason = fault.reason === undefined ? {} : { reason: fault.reason };
      const decision = isDenial(fault.code) ? 'denied' : 'failed';
      options.record({ ...base(), ...reason, decision, code: fault.code });
      return (service ?? options.fallback).renderFault(fault, requestId);
    }
  };
}

function asFault(cause: unknown): AwsFault {
  if (cause instanceof AwsFault) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new AwsFault(500, 'InternalFailure', 'The request processing has failed.', detail);
}

async function serve(
  service: Service | undefined,
  call: UnsignedCall,
  authorization: UnverifiedAuthorization | string,
  who: { arn: string | null },
): Promise<Answer> {
  if (!service)
    throw new AwsFault(403, 'SignatureDoesNotMatch', 'Credential should be scoped to a service that is here.');
  const faults = service.signatureFaults;
  if (typeof authorization === 'string') {
    if (authorization === 'missing_token' && service.answerUnsigned) return service.answerUnsigned(call);
    throw authorization === 'missing_token' ? faults.missing_token : faults.incomplete_signature;
  }
  const { request, sessions, now, world } = call;
  const verified = verifySignature(request, authorization, sessions, now, service.skewSeconds);
  if ('fault' in verified) throw faults[verified.fault];
  const role = world.role(verified.session.roleArn);
  // The role was deleted while its session lived.
  if (!role) throw faults.invalid_token;
  who.arn = sessionArn(role, verified.session);
  const signed: ServiceCall = { ...call, session: verified.session, role, region: authorization.region };
  return service.answer(signed);
}

/** Without a readable signature only the shape of the request tells which service's words to refuse it in. */
function guessService({ method, headers, path }: WireRequest): string {
  if (headers.get('x-amz-target')?.startsWith('DynamoDB_') === true) return 'dynamodb';
  if (headers.get('x-amz-target')?.startsWith('AmazonSQS.') === true) return 'sqs';
  if (headers.get('x-amz-target')?.startsWith('AWSEvents.') === true) return 'events';
  if (headers.get('x-amz-target')?.startsWith('TrentService.') === true) return 'kms';
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  return path === '/' && method === 'POST' && isForm ? 'sts' : 's3';
}
