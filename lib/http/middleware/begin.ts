import type { Context } from 'aws-lambda';
import type { CallState } from '../call.ts';
import { callIdOf, readEvent } from '../incoming.ts';
import type { ApiMiddleware, ApiRequest } from '../middleware.ts';

/** Where Lambda does not say how much time is left, as in a test: the longest that API Gateway waits. */
const GATEWAY_LIMIT_MS = 30_000;

/**
 * Begins the call: its id, what the event holds, and a context of its own, so that two calls share nothing even where they share Lambda's
 * context. Ends it when all that it set off is done: Lambda stops there.
 */
export const begin = (milliseconds: () => number): ApiMiddleware => ({
  before: (request) => {
    const lambda: Partial<Context> = request.context;
    const call: CallState = {
      callId: callIdOf(request.event),
      incoming: readEvent(request.event),
      startedMs: milliseconds(),
      remainingMs: () => lambda.getRemainingTimeInMillis?.() ?? GATEWAY_LIMIT_MS,
      later: [],
    };
    request.context = { ...request.context, call };
  },
  after: finish,
  onError: finish,
});

const finish = async ({ context: { call } }: ApiRequest): Promise<void> => {
  await Promise.allSettled(call.later);
};
