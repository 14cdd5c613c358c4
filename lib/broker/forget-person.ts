import { type Obstacle, forgotten, isOpen, obstacleIn, unnamed } from '../domain/forget.ts';
import type { Actor } from '../domain/event.ts';
import type { Handle } from '../domain/principal.ts';
import { fold } from '../domain/request.ts';
import { appendCarried } from './append-carried.ts';
import { type Broker, type Patience, requestStream } from './broker.ts';
import { personStream, readStanding } from './person-stream.ts';
import type { People, Summaries } from './ports.ts';

/** What is kept of people beside the ledger. Each deletes what is there and says how much that was; what is gone already is no error. */
export interface PersonalRecords {
  /** Sessions, what renews them, and accounts in chat: from then on nobody acts as this person. Consistent. */
  removeWaysIn(handle: Handle): Promise<number>;
  /** What stands under no handle, but names the person: a page of everything that is kept. */
  removeTraces(person: Traces, from: string | undefined): Promise<{ readonly removed: number; readonly next?: string }>;
  /** Everything that they ever wrote. */
  removeWords(handle: Handle): Promise<number>;
  removeNames(handle: Handle): Promise<number>;
}

/** By what a person is found where no handle is the key. */
export interface Traces {
  readonly handles: readonly Handle[];
  readonly emails: readonly string[];
  readonly names: readonly string[];
}

export interface ForgetParts extends Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'> {
  readonly people: People;
  readonly records: PersonalRecords;
  /** May lag: what it shows is looked at in the ledger. */
  readonly summaries: Pick<Summaries, 'ofRequester'>;
}

export interface Forget {
  /** All identities of one person. */
  readonly handles: readonly Handle[];
  /** Although a review is owed, or an identity was left out. */
  readonly force: boolean;
  /** Where an unfinished call left off. */
  readonly from?: string;
}

export type Outcome =
  | { readonly outcome: 'forgotten'; readonly removed: number }
  /** Called again with `next` as `from`, it goes on. */
  | { readonly outcome: 'unfinished'; readonly removed: number; readonly next: string }
  | { readonly outcome: 'refused'; readonly obstacles: readonly Obstacle[] };

/** What is left of the caller's patience by then is for the rest. */
const TRACES_UNTIL_MS = 10_000;

/**
 * Deletes what is kept of a person beside the ledger, and puts on record that it was. Whatever is cut off is made good by the next call: names, by
 * which the rest is found, go last. The chain holds handles and hashes only, and verifies as before.
 *
 * @throws HatcheckError `ledger_unavailable`, `ledger_conflict`: call it again.
 */
export const forgetPerson = async (parts: ForgetParts, forget: Forget, patience: Patience): Promise<Outcome> => {
  const { handles, force, from } = forget;
  const obstacles = (await obstaclesTo(parts, handles)).filter((obstacle) => !force || isOpen(obstacle));
  if (obstacles.length > 0) return { outcome: 'refused', obstacles };
  let removed = await total(handles, (handle) => parts.records.removeWaysIn(handle));
  const swept = await sweep(parts, handles, from, patience);
  removed += swept.removed;
  if (swept.next !== undefined) return { outcome: 'unfinished', removed, next: swept.next };
  removed += await total(handles, (handle) => parts.records.removeWords(handle));
  removed += await total(handles, (handle) => parts.records.removeNames(handle));
  for (const handle of handles) await record(parts, handle, removed > 0 || from !== undefined, patience);
  return { outcome: 'forgotten', removed };
};

const total = async (handles: readonly Handle[], remove: (handle: Handle) => Promise<number>): Promise<number> => {
  let removed = 0;
  for (const handle of handles) removed += await remove(handle);
  return removed;
};

const sweep = async (
  { people, records }: ForgetParts,
  handles: readonly Handle[],
  from: string | undefined,
  patience: Patience,
): Promise<{ readonly removed: number; readonly next?: string }> => {
  const names = [...(await people.get(handles)).values()];
  const person: Traces = {
    handles,
    emails: names.flatMap(({ email }) => email ?? []),
    names: names.flatMap(({ displayName }) => displayName ?? []),
  };
  let removed = 0;
  let next = from;
  do {
    const page = await records.removeTraces(person, next);
    removed += page.removed;
    next = page.next;
  } while (next !== undefined && patience.remainingMs() > TRACES_UNTIL_MS);
  return { removed, ...(next === undefined ? {} : { next }) };
};

const obstaclesTo = async (parts: ForgetParts, handles: readonly Handle[]): Promise<readonly Obstacle[]> => {
  const standings = await Promise.all(
    handles.map(async (handle) => [handle, await readStanding(parts.ledger, handle)] as const),
  );
  const found: Obstacle[] = [...unnamed(handles, standings)];
  for (const handle of handles) found.push(...(await obstaclesOf(parts, handle)));
  return found;
};

const PAGE = 200;

/** Found in the index, and decided by the ledger. */
const obstaclesOf = async ({ ledger, summaries, clock }: ForgetParts, handle: Handle): Promise<readonly Obstacle[]> => {
  const now = clock.now();
  const found: Obstacle[] = [];
  let after: string | undefined;
  do {
    const page = await summaries.ofRequester(handle, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const summary of page.items.filter((each) => obstacleIn(each, now) !== undefined)) {
      const request = fold(await ledger.read(requestStream(summary.id)));
      const obstacle = request && obstacleIn(request, now);
      if (obstacle) found.push(obstacle);
    }
    after = page.next;
  } while (after !== undefined);
  return found;
};

const ON_FORGET: Actor = { kind: 'system', handle: 'on-forget' };

/** Once, however often it is called: again only where there was something to delete again. */
const record = async (parts: ForgetParts, handle: Handle, again: boolean, patience: Patience): Promise<void> => {
  const last = await parts.ledger.last(personStream(handle).name);
  if (last?.type === 'person.forgotten' && !again) return;
  await appendCarried(parts, personStream(handle), { actor: ON_FORGET, patience }, (standing, now) =>
    forgotten(standing, handle, now),
  );
};
