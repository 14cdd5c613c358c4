import type { StoredEvent } from '../domain/event.ts';
import type { Principal } from '../domain/principal.ts';
import type { RequestState } from '../domain/request.ts';
import { msOf } from '../domain/time.ts';
import { type Desk, refusalsStream } from './broker.ts';
import { load, readForDecision } from './commit.ts';
import { type Known, readKnownOrUnread } from './known.ts';

/**
 * The request and its events as they are stored, its refusals among them, by time; and what was known when it was read, for whatever else shows it.
 * @throws HatcheckError `not_found`, also when it is not the caller's to read; `ledger_unavailable`
 */
export const readRequest = async (
  desk: Desk,
  principal: Principal,
  requestId: string,
): Promise<{ request: RequestState; events: readonly StoredEvent[]; known: Known }> => {
  const read = await readForDecision(desk, { requestId, caller: principal.handle, known: readKnownOrUnread });
  const { loaded } = await load(read, principal, desk);
  const { request } = loaded;
  const refusals = await desk.ledger.read(refusalsStream(requestId));
  // A stable sort: of two at the same instant, the lifecycle's comes first.
  const events = [...read.events, ...refusals].sort((a, b) => msOf(a.at) - msOf(b.at));
  return { request, events, known: read.known };
};
