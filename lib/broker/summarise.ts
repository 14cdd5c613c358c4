import type { RequestState } from '../domain/request.ts';
import type { Desk } from './broker.ts';
import { summaryOf } from './summary.ts';

/**
 * Writes the summary, and waits for it, so that what was just done is in the list. When it cannot be written the request is committed all
 * the same: the ledger is the truth, and the index is repaired from it.
 */
export const summarise = async ({ summaries, warn }: Desk, request: RequestState): Promise<RequestState> => {
  try {
    await summaries.put(summaryOf(request));
  } catch (error) {
    warn('summary not written', error);
  }
  return request;
};
