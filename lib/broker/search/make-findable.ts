import { HatcheckError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import { type RequestState, fold } from '../../domain/request.ts';
import { refusalsStream, requestStream } from '../broker.ts';
import { BrokenChainError } from '../chain.ts';
import type { LedgerPairs, SearchIndex } from '../ports.ts';
import { foundEvent, foundGrant } from './find.ts';
import type { FoundEvent } from './found.ts';

interface Parts {
  readonly ledger: LedgerPairs;
  readonly search: Pick<SearchIndex, 'putEvent' | 'putGrant'>;
}

/** An event of a request, and its grant as it is now. @throws HatcheckError `ledger_unavailable` */
export const findOfRequest = async ({ search }: Parts, event: StoredEvent, request: RequestState): Promise<void> => {
  const grant = foundGrant(event, request);
  await Promise.all([putIfAny(search, foundEvent(event, request)), grant && search.putGrant(grant)]);
};

/** An event of `control` or of a person's stream. @throws HatcheckError `ledger_unavailable` */
export const findCarried = async ({ ledger, search }: Parts, event: StoredEvent): Promise<void> => {
  const names = event.type === 'hold.lifted' || event.type === 'delegation.removed';
  const before = names
    ? (await ledger.pair(event.stream, event.seq)).find(({ seq }) => seq === event.seq - 1)
    : undefined;
  await putIfAny(search, foundEvent(event, undefined, before));
};

/** Any other: a refusal with what its request says, a sign-in, an alarm. @throws HatcheckError `ledger_unavailable` */
export const findOther = async ({ ledger, search }: Parts, event: StoredEvent): Promise<void> => {
  const id = event.stream.startsWith(REFUSALS) ? event.stream.slice(REFUSALS.length) : undefined;
  const request = id === undefined ? undefined : await readBeginning(ledger, requestStream(id));
  await putIfAny(search, foundEvent(event, request));
};

/** The log and its checkpoints are about events that are found themselves. */
const putIfAny = async (search: Parts['search'], found: FoundEvent | undefined): Promise<void> => {
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
