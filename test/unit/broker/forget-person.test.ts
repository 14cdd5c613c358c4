import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ForgetParts,
  type PersonalRecords,
  type Traces,
  forgetPerson,
} from '../../../lib/broker/forget-person.ts';
import type { Patience } from '../../../lib/broker/broker.ts';
import { seal } from '../../../lib/broker/chain.ts';
import { linkIdentities } from '../../../lib/broker/link-identities.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  handleOf,
  noon,
  policy,
  recorded,
  request,
  submitted,
} from '../../support/builders.ts';
import { type MemoryLedger, memoryClock, memoryLedger, seededChance } from '../../support/memory.ts';

const OTHER = handleOf('engineer, elsewhere');
const patience: Patience = { remainingMs: () => 60_000 };

let did: string[];
let sought: Traces[];
let ledger: MemoryLedger;
/** How many steps are done before one is struck. */
let struckAfter: number;

const step = (what: string): void => {
  if (did.length === struckAfter) {
    struckAfter = Infinity;
    throw new Error(`struck at ${what}`);
  }
  did.push(what);
};

/** Two pages of traces; everything is there once. */
const records = (): PersonalRecords => {
  const left = new Set(['ways', 'words', 'names', 'page 1', 'page 2']);
  const take = (what: string): number => Number(left.delete(what));
  const remove = (what: string) => (handle: string) => {
    step(`${what} of ${handle === engineer.handle ? 'one' : 'other'}`);
    return Promise.resolve(handle === engineer.handle ? take(what) : 0);
  };
  return {
    removeWaysIn: async (handle) => remove('ways')(handle),
    removeWords: async (handle) => remove('words')(handle),
    removeNames: async (handle) => remove('names')(handle),
    removeTraces: async (person, from) => {
      step(`traces ${from ?? 'from the beginning'}`);
      sought.push(person);
      return Promise.resolve(
        from === undefined ? { removed: take('page 1'), next: 'place' } : { removed: take('page 2') },
      );
    },
  };
};

const parts = (kept = records()): ForgetParts => ({
  ...{ ledger, clock: memoryClock(noon(0)), chance: seededChance(), policy: policy(), records: kept },
  people: {
    get: () => Promise.resolve(new Map([[engineer.handle, { displayName: 'Erika', email: 'e@example.com' }]])),
  },
  summaries: { ofRequester: () => Promise.resolve({ items: [] }) },
});

const forget = { handles: [engineer.handle, OTHER], force: false };
const onRecord = async (): Promise<readonly number[]> =>
  Promise.all(forget.handles.map(async (handle) => (await ledger.read(`person#${handle}`)).length));

beforeEach(() => {
  [did, sought, ledger, struckAfter] = [[], [], memoryLedger(), Infinity];
});

test('first nobody acts as the person any more; names, by which the rest is found, go last, and then it is on record', async () => {
  expect(await forgetPerson(parts(), forget, patience)).toEqual({ outcome: 'forgotten', removed: 5 });
  expect(did).toEqual([
    ...['ways of one', 'ways of other', 'traces from the beginning', 'traces place'],
    ...['words of one', 'words of other', 'names of one', 'names of other'],
  ]);
  expect(sought[0]).toEqual({ handles: forget.handles, emails: ['e@example.com'], names: ['Erika'] });
  expect(await onRecord()).toEqual([1, 1]);
});

test('what does not fit into the time is said, and goes on from there', async () => {
  const kept = records();
  const first = await forgetPerson(parts(kept), forget, { remainingMs: () => 5_000 });
  expect(first).toEqual({ outcome: 'unfinished', removed: 2, next: 'place' });
  expect(await onRecord()).toEqual([0, 0]);
  expect(await forgetPerson(parts(kept), { ...forget, from: 'place' }, patience)).toEqual({
    ...{ outcome: 'forgotten', removed: 3 },
  });
  expect(await onRecord()).toEqual([1, 1]);
});

test('the last page of it may be empty: it is on record all the same', async () => {
  const kept = records();
  await forgetPerson(parts(kept), forget, patience);
  await forgetPerson(parts(kept), { ...forget, from: 'place' }, patience);
  expect(await onRecord()).toEqual([2, 2]);
});

test('a person without a name or an address is sought by the handle alone', async () => {
  await forgetPerson({ ...parts(), people: { get: () => Promise.resolve(new Map([[OTHER, {}]])) } }, forget, patience);
  expect(sought[0]).toEqual({ handles: forget.handles, emails: [], names: [] });
});

test('what the index shows is looked at in the ledger, page by page: what is not so there stands against nothing', async () => {
  const live = request(submitted(), approved(approver, noon(0)));
  const asked: (string | undefined)[] = [];
  const summaries: ForgetParts['summaries'] = {
    ofRequester: (_handle, { after }) => {
      asked.push(after);
      return Promise.resolve(after === undefined ? { items: [live], next: 'page 2' } : { items: [] });
    },
  };
  // The ledger has no such request, or has it as one that was ended.
  expect(await forgetPerson({ ...parts(), summaries }, forget, patience)).toMatchObject({ outcome: 'forgotten' });
  expect(asked).toEqual([undefined, 'page 2', undefined, 'page 2']);
  const stream = `request#${live.id}`;
  const first = seal(undefined, stream, submitted());
  const second = seal(first, stream, approved(approver, noon(0)));
  for (const event of [first, second]) await ledger.append(event);
  expect(await forgetPerson({ ...parts(), summaries }, forget, patience)).toMatchObject({ outcome: 'refused' });
  await ledger.append(seal(second, stream, recorded('request.ended', {}, { by: engineer, at: noon(0) })));
  expect(await forgetPerson({ ...parts(), summaries }, forget, patience)).toMatchObject({ outcome: 'forgotten' });
});

test('forced, what is open stands against it all the same, and nothing else', async () => {
  const items = [request(submitted(), approved(approver, noon(0)))];
  const summaries = { ofRequester: () => Promise.resolve({ items }) };
  const one = { handles: [engineer.handle], force: true };
  expect(await forgetPerson({ ...parts(), summaries }, one, patience)).toMatchObject({ outcome: 'forgotten' });
  const stream = `request#${items[0]?.id ?? ''}`;
  const first = seal(undefined, stream, submitted());
  for (const event of [first, seal(first, stream, approved(approver, noon(0)))]) await ledger.append(event);
  expect(await forgetPerson({ ...parts(), summaries }, one, patience)).toMatchObject({
    ...{ outcome: 'refused', obstacles: [{ why: 'live_grant' }] },
  });
});

test('what is only owed stands against it, and is left out when it is forced', async () => {
  const breakGlass = { reviewBy: noon(7200), reviewers: { groups: ['okta:security'] } };
  const broken = submitted({ breakGlass }, { of: entitlement({ approval: 'auto' }) });
  const ended = recorded('request.ended', {}, { by: engineer, at: noon(0) });
  const owed = request(broken, ended);
  const stream = `request#${owed.id}`;
  const first = seal(undefined, stream, broken);
  for (const event of [first, seal(first, stream, ended)]) await ledger.append(event);
  await linkIdentities(parts(), { principal: engineer, other: OTHER, patience });
  const here = { ...parts(), summaries: { ofRequester: () => Promise.resolve({ items: [owed] }) } };
  const one = { handles: [engineer.handle], force: false };
  expect(await forgetPerson(here, one, patience)).toEqual({
    outcome: 'refused',
    obstacles: [
      { why: 'other_identity', handle: OTHER },
      { why: 'review_owed', requestId: owed.id },
    ],
  });
  expect(did).toStrictEqual([]);
  expect(await forgetPerson(here, { ...one, force: true }, patience)).toMatchObject({ outcome: 'forgotten' });
});

test('what the index shows as over is not looked at in the ledger', async () => {
  const over = request(submitted(), recorded('request.cancelled', {}, { by: engineer, at: noon(0) }));
  const read: string[] = [];
  const counting: MemoryLedger = {
    ...ledger,
    read: (stream) => {
      read.push(stream);
      return ledger.read(stream);
    },
  };
  const summaries = { ofRequester: () => Promise.resolve({ items: [over] }) };
  await forgetPerson({ ...parts(), ledger: counting, summaries }, forget, patience);
  expect(read).toStrictEqual([]);
});

test('who is forgotten again, with something to delete again, is on record again, by the system', async () => {
  await forgetPerson(parts(), forget, patience);
  await forgetPerson(parts(), forget, patience);
  expect(await onRecord()).toEqual([2, 2]);
  expect((await ledger.read(`person#${OTHER}`)).at(-1)).toMatchObject({
    ...{ type: 'person.forgotten', actor: { kind: 'system', handle: 'on-forget' } },
  });
});

test.each([
  [10_000, 'unfinished'],
  [10_001, 'forgotten'],
])('with %i ms left after a page it is %s', async (left, outcome) => {
  expect(await forgetPerson(parts(), forget, { remainingMs: () => left })).toMatchObject({ outcome });
});

describe('struck', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])('at step %i, the next call makes it good', async (steps) => {
    const kept = records();
    struckAfter = steps;
    await expect(forgetPerson(parts(kept), forget, patience)).rejects.toThrow('struck');
    expect(await onRecord()).toEqual([0, 0]);
    expect(await forgetPerson(parts(kept), forget, patience)).toMatchObject({ outcome: 'forgotten' });
    expect(await onRecord()).toEqual([1, 1]);
    expect(await forgetPerson(parts(kept), forget, patience)).toEqual({ outcome: 'forgotten', removed: 0 });
    expect(await onRecord()).toEqual([1, 1]);
  });
});
