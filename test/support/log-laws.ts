import { isDeepStrictEqual } from 'node:util';
import { appendLeaf, carriedOf, emptyFrontier, rootOf } from '../../lib/broker/log/frontier.ts';
import { headOf, isExtension, isLogged, LOG } from '../../lib/broker/log/head.ts';
import { runsOf } from '../../lib/broker/log/keep-places.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import { rootFromInclusion } from '../../lib/broker/log/proof.ts';
import { inclusionPath, rootBy } from '../../lib/broker/log/prove.ts';
import type { LogEntry, StoredEvent } from '../../lib/domain/event.ts';
import type { LogWorld } from './memory-log.ts';

const named = ({ stream, seq }: Pick<LogEntry, 'stream' | 'seq'>): string => `${stream} ${seq}`;

export const entriesOf = async ({ ledger }: Pick<LogWorld, 'ledger'>): Promise<readonly LogEntry[]> =>
  (await ledger.read(LOG)).filter(isExtension).flatMap(({ data }) => data.entries);

/** What is wrong with the log, when all of these events were told to the end; nothing where all is well. */
export const brokenLaws = async (world: LogWorld, events: readonly StoredEvent[]): Promise<readonly string[]> => {
  const { ledger, places, published } = world;
  const broken: string[] = [];
  const entries = await entriesOf(world);
  const expected = events.filter(({ stream }) => isLogged(stream));
  const once = new Set(entries.map(named));
  if (once.size !== entries.length) broken.push('an event is in the log twice');
  if (entries.length !== expected.length) broken.push(`${entries.length} of ${expected.length} events are in the log`);
  for (const [stream, of] of Map.groupBy(entries, (entry) => entry.stream)) {
    if (of.some(({ seq }, at) => seq !== at)) broken.push(`${stream} is out of order: ${of.map(named).join(', ')}`);
  }
  for (const event of expected) {
    const entry = entries.find((each) => named(each) === named(event));
    if (entry?.hash !== event.hash) broken.push(`${named(event)} is not in the log as it was written`);
    if (!published.some(({ eventId }) => eventId === event.eventId)) broken.push(`${named(event)} was not published`);
  }
  const log = await ledger.read(LOG);
  let frontier = emptyFrontier;
  for (const event of log.filter(isExtension)) {
    if (event.data.first !== frontier.size) broken.push(`the log begins anew at ${event.seq}`);
    frontier = event.data.entries.map(({ hash }) => leafHash(hash)).reduce(appendLeaf, frontier);
    if (!isDeepStrictEqual(event.data.carried, carriedOf(frontier))) broken.push('a frontier is wrong');
    for (const run of runsOf(event)) {
      const [there] = await places.runsFrom(run.stream, run.last);
      if (!isDeepStrictEqual(there, run)) broken.push(`the place of ${run.stream} ${run.last} is wrong`);
    }
  }
  await headOf(ledger);
  const root = rootOf(frontier);
  if (!(await rootBy(places.tile, frontier.size)).equals(root)) broken.push('the tiles are not those of the log');
  for (const [index, { hash }] of entries.entries()) {
    // Of a long log some, and the last, which has fewer siblings.
    if (index > 20 && index % 29 !== 0 && index < entries.length - 1) continue;
    const path = await inclusionPath(places.tile, index, entries.length);
    if (!rootFromInclusion(leafHash(hash), index, entries.length, path).equals(root)) broken.push('a proof is wrong');
  }
  return broken;
};
