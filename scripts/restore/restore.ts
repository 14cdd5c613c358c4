import type { Asker } from '../../cli/asker.ts';
import { Failure } from '../../cli/failure.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import type { Caller, Cloud } from '../deploy/cloud.ts';
import type { Place } from '../deploy/place.ts';
import { findingLines } from '../deploy/finding.ts';
import { NOBODY_TO_ASK, isTyped, whoIsThere } from '../deploy/who-is-there.ts';
import { type Fence, open, shut } from './fence.ts';
import type { RestoreOptions } from './options.ts';
import { AFTERWARDS, planOf } from './plan.ts';
import type { PutBackCounts } from './put-back.ts';
import { RestoreError } from './restore-error.ts';
import type { RestoreStore } from './store.ts';

export interface RestoreParts {
  /** Of serverless.yml. */
  readonly folder: string;
  readonly cloud: (region: string) => Cloud;
  readonly fence: (place: Place) => Fence;
  readonly store: (place: Place, caller: Caller) => RestoreStore;
  /** Absent where nobody can be asked. */
  readonly asker?: Pick<Asker, 'ask'> | undefined;
  /** Shows one line. */
  readonly say: (line: string) => void;
}

const REASON = 'the ledger was restored from a backup, and what was done since is to be looked at';

/** Puts the record of a restored stage back. 0 open again, 1 stopped on the way and shut, 2 nothing was done. */
export const restore = async (options: RestoreOptions, parts: RestoreParts): Promise<0 | 1 | 2> => {
  const { asker, say } = parts;
  const { place, caller, inTheWay } = await whoIsThere(options, parts);
  const all = [...inTheWay, ...(asker || options.dryRun ? [] : [NOBODY_TO_ASK])];
  for (const line of findingLines(all)) say(line);
  if (!caller || all.length > 0) return 2;
  const fence = parts.fence(place);
  for (const line of planOf(options, place, caller, fence.functions)) say(line);
  if (options.dryRun) return 0;
  if (!(await isTyped(place, 'to shut it and put its record back', parts))) return 2;
  return putInOrder(options, {
    place,
    fence,
    store: parts.store(place, caller),
    cloud: parts.cloud(place.region),
    say,
  });
};

interface Under {
  readonly place: Place;
  readonly fence: Fence;
  readonly store: RestoreStore;
  readonly cloud: Cloud;
  readonly say: (line: string) => void;
}

const putInOrder = async (options: RestoreOptions, under: Under): Promise<0 | 1> => {
  const { place, fence, store, cloud, say } = under;
  try {
    say('\n1 shut');
    for (const name of await shut(fence)) say(`${name} is not there`);
    const gone = await tablesMissing(cloud, place);
    if (gone.length > 0)
      return stopped(say, `restore to their own names now, while nobody can write: ${gone.join(', ')}`);
    say('\n2 export');
    await store.bringDown(options.export);
    say('\n3 verify');
    if (!(await store.verify(options))) return stopped(say, 'the export is not what was signed: nothing was put');
    say('\n4 put back');
    say(countsOf(await store.putBack(options)));
    say('\n5 hold');
    say((await store.hold(REASON)) === 'placed' ? 'everything is held' : 'everything was held already');
    say('\n6 open');
    await openInOrder(fence, place);
    for (const line of AFTERWARDS) say(line);
    return 0;
  } catch (error) {
    if (error instanceof RestoreError || error instanceof Failure || error instanceof HatcheckError)
      return stopped(say, error.message);
    throw error;
  }
};

/** A table that comes back while functions run would go another way than the export at once. */
const tablesMissing = async (cloud: Cloud, { stage }: Place): Promise<readonly string[]> => {
  const names = ['ledger', 'index', 'identity'].map((name) => `hatcheck-${stage}-${name}`);
  const there = await Promise.all(names.map((name) => cloud.hasTable(name)));
  return names.filter((_, i) => there[i] !== true);
};

const stopped = (say: (line: string) => void, why: string): 1 => {
  say(`\n${why}`);
  say(
    'everything stays shut; what is done is done, and running it again goes on. docs/operations.md, "After a restore"',
  );
  return 1;
};

const countsOf = ({ put, there, missing }: PutBackCounts): string =>
  `${put} events were put back, ${there} were there` +
  (missing === 0 ? '' : `; of ${missing} neither the ledger nor the export has the text: their streams answer 503`);

/** What is derived of the log is made anew before anybody puts into it; who gives out comes last. */
const openInOrder = async (fence: Fence, { settings }: Place): Promise<void> => {
  const reserved = settings.reserved ?? 0;
  const sequence = (name: string): boolean => name.endsWith('-on-sequence');
  await open(fence, sequence, reserved);
  for (const { name } of fence.functions.filter((each) => sequence(each.name)))
    await fence.lambda.invoke(name, { rebuild: true });
  await open(fence, (name) => !sequence(name), reserved);
};
