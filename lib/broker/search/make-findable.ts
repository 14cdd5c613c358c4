import { HatcheckError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import { type RequestState, fold } from '../../domain/request.ts';
import { refusalsStream, requestStream } from '../broker.ts';
import { BrokenChainError } from '../chain.ts';
import type { LedgerPairs, SearchIndex } from '../ports.ts';
import { foundEvent, foundGrant } from './find.ts';

interface Parts {
  readonly ledger: LedgerPairs;
  readonly search: Pick<SearchIndex, 'putEvent' | 'putGrant'>;
}

/** An event of a request, and its grant as it is now. @throws HatcheckError `ledger_unavailable` */
export const findOfRequest = async ({ search }: Parts, event: StoredEvent, request: RequestState): Promise<void> => {
  const [found, grant] = [foundEvent(event, request), foundGrant(event, request)];
  await Promise.all([...(found ? [search.putEvent(found)] : []), ...(grant ? [search.putGrant(grant)] : [])]);
};

/** An event of `control` or of a person's stream. @throws HatcheckError `ledger_unavailable` */
export const findCarried = async ({ ledger, search }: Parts, event: StoredEvent): Promise<void> => {
  const names = event.type === 'hold.lifted' || event.type === 'delegation.removed';
  const before = names
    ? (await ledger.pair(event.stream, event.seq)).find(({ seq }) => seq === event.seq - 1)
    : undefined;
  const found = foundEvent(event, undefined, before);
  if (found) await search.putEvent(found);
};

/** Any other: a refusal with what its request says, a sign-in, an alarm. @throws HatcheckError `ledger_unavailable` */
export const findOther = async ({ ledger, search }: Parts, event: StoredEvent): Promise<void> => {
  const id = event.stream.startsWith(REFUSALS) ? event.stream.slice(REFUSALS.length) : undefined;
  const found = foundEvent(event, id === undefined ? undefined : await readBeginning(ledger, requestStream(id)));
  if (found) await search.putEvent(found);
};

const REFUSALS = refusalsStream('');

/** What the first event of a request says never changes. One that was altered says nothing: its own change tells of that. */
const readBeginning = async (ledger: LedgerPairs, stream: string): Promise<RequestState | undefined> => {
  try {
    return fold(await ledger.pair(stream, 0));
  } catch (error) {
    if (error instanceof TypeError || (error instanceof HatcheckError && error.cause instanceof BrokenChainError))
      return undefined;
    throw error;
  }
};
