import type { Handle, Principal } from '../domain/principal.ts';
import { found } from './call.ts';
import type { CallerSession, CallState, Presented } from './call.ts';

/** What the handler gets to see of the call. Asking for the session or the principal starts the authentication, unless it runs. */
export const callOf = (call: CallState): object => {
  const { method, rawPath, sourceIp, headers } = call.incoming;
  const session = found(call.session);
  let principal: Promise<Principal> | undefined;
  return {
    ...found(call.input),
    rawBody: found(call.content).text,
    method,
    rawPath,
    sourceIp,
    headers,
    cookies: found(call.cookies),
    idempotencyKey: found(call.route).contract.idempotencyKey ? headers['idempotency-key'] : undefined,
    claimedHandle: claimedHandleOf(call.presented),
    isFormPost: call.isFormPost === true,
    callId: call.callId,
    remainingMs: call.remainingMs,
    get session(): Promise<CallerSession> {
      return session();
    },
    get principal(): Promise<Principal> {
      principal ??= principalOf(session());
      return principal;
    },
  };
};

/** Session tokens are `<handle>.<random>`. */
const claimedHandleOf = (presented: Presented | undefined): Handle | undefined =>
  /^(p_[A-Za-z0-9_-]{43})\./.exec(presented?.token ?? '')?.[1];

const principalOf = (session: Promise<CallerSession>): Promise<Principal> => {
  const principal = session.then((known) => known.principal);
  // A handler that fails before it awaits it must not end the process.
  principal.catch(() => undefined);
  return principal;
};
