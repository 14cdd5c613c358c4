import type { Logger } from '../../logger.ts';
import type { ApiMiddleware, ApiRequest } from '../middleware.ts';
import { traceContextOf } from '../trace-context.ts';

/** One line a call: who, what, how it ended, how long it took. */
export const callLog = (logger: Logger, milliseconds: () => number): ApiMiddleware => {
  const log = ({ context: { call }, response }: ApiRequest): void => {
    const { callId, route, handle, code, reason, startedMs, incoming } = call;
    logger.info('call', {
      callId,
      ...traceContextOf(incoming.headers['traceparent']),
      ...(route ? { route: route.key } : {}),
      ...(response && 'statusCode' in response ? { status: response.statusCode ?? 200 } : {}),
      ...(handle === undefined ? {} : { handle }),
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ms: Math.round((milliseconds() - startedMs) * 10) / 10,
    });
  };
  return { after: log, onError: log };
};
