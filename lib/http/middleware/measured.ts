import type { Meter } from '../../metrics.ts';
import type { ApiMiddleware, ApiRequest } from '../middleware.ts';

/**
 * Counts what was refused, by its code, and what failed on our side, which the objective goes by (docs/operations.md). What went well
 * API Gateway counts: it sees calls that reach no function, too.
 */
export const measured = (meter: Meter): ApiMiddleware => {
  const measure = ({ context: { call }, response }: ApiRequest): void => {
    if (call.code !== undefined) meter.put('Refusals', 1, call.code);
    if (response && 'statusCode' in response && (response.statusCode ?? 200) >= 500) meter.put('Faults', 1);
    meter.flush();
  };
  return { after: measure, onError: measure };
};
