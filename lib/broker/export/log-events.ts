import type { KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import type { StoredEvent } from '../../domain/event.ts';
import { type Checkpoint, CheckpointError, type SignedCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { type Frontier, appendLeaf, emptyFrontier, frontierOf, rootOf } from '../log/frontier.ts';
import { leafHash } from '../log/merkle.ts';
import type { Leaf } from './files.ts';
import type { ExportSource } from './ports.ts';

/** The log or its checkpoints are not as Hatcheck writes them: there is nothing that could be exported in good faith. */
export class BrokenLogError extends Error {
  constructor(what: string, options?: { cause?: unknown }) {
    super(`the log cannot be exported: ${what}`, options);
    this.name = 'BrokenLogError';
  }
}

const hash = z.string().check(z.minLength(43), z.maxLength(43));
const extendedSchema = z.object({
  first: z.int().check(z.minimum(0)),
  entries: z.array(z.object({ stream: z.string(), seq: z.int().check(z.minimum(0)), hash })).check(z.minLength(1)),
  carried: z.object({ size: z.int(), frontier: z.array(z.string()) }),
});
const signedSchema = z.object({
  type: z.literal('checkpoint.signed'),
  data: z.object({ checkpoint: z.string(), signature: z.string(), kid: z.string() }),
});

const parsed = <T>(schema: z.ZodMiniType<T>, event: StoredEvent): T => {
  const { success, data, error } = schema.safeParse(event.data);
  if (!success) throw new BrokenLogError(`${event.stream} ${event.seq} is of another form`, { cause: error });
  return data;
};

/** A checkpoint that is to be exported. */
export interface Exportable {
  readonly seq: number;
  readonly signed: SignedCheckpoint;
  readonly said: Checkpoint;
  /** The index of the first leaf that no checkpoint before it covers. */
  readonly first: number;
}

/** So many places a read: what is not ours among them is rare. */
const CHECKPOINTS_A_READ = 10;
/** Where there is none at first sight, somebody may have made these no events at all: five weeks of checkpoints more are looked at. */
const CHECKPOINTS_AHEAD = 10_000;

/**
 * The first checkpoint of that number or later that one of these keys signed. What else stands in the stream proves nothing, and is passed over.
 * @param passed told of each place that is passed over
 * @returns undefined where there is none yet
 * @throws HatcheckError `ledger_unavailable`
 */
export const nextCheckpoint = async (
  source: ExportSource,
  keys: readonly KeyObject[],
  from: number,
  passed: (seq: number) => void,
): Promise<Exportable | undefined> => {
  let at = from;
  for (;;) {
    const near = await source.from('checkpoint', at, CHECKPOINTS_A_READ);
    const events = near.length > 0 ? near : await source.from('checkpoint', at, CHECKPOINTS_AHEAD);
    if (events.length === 0) return undefined;
    for (const event of events) {
      for (; at < event.seq; at += 1) passed(at);
      const ours = signedBy(keys, event);
      if (ours) return { seq: event.seq, ...ours, first: await coveredBefore(source, keys, event.seq) };
      passed(at);
      at += 1;
    }
  }
};

/** What the last of ours before that place covers: by the ledger, since a file cannot be written again. */
const coveredBefore = async (source: ExportSource, keys: readonly KeyObject[], seq: number): Promise<number> => {
  for (let [to, places] = [seq, CHECKPOINTS_A_READ]; to > 0; [to, places] = [to - places, CHECKPOINTS_AHEAD]) {
    const from = Math.max(0, to - places);
    const events = await source.from('checkpoint', from, to - from);
    const last = events.toReversed().flatMap((event) => signedBy(keys, event) ?? [])[0];
    if (last) return last.said.size;
  }
  return 0;
};

const signedBy = (keys: readonly KeyObject[], event: StoredEvent): Pick<Exportable, 'signed' | 'said'> | undefined => {
  const { success, data } = signedSchema.safeParse(event);
  if (!success) return undefined;
  try {
    return { signed: data.data, said: verifyCheckpoint(data.data, keys) };
  } catch (error) {
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
};

/** Some leaves, which are in the log for sure; and the event of `log` that goes on after them. */
export interface Stretch {
  readonly leaves: readonly Leaf[];
  readonly next: number;
}

/** So many events of `log` a read: 100 leaves each, of 10 kB. */
const EVENTS_A_READ = 50;

/**
 * The leaves that the checkpoint is the first to cover, in order, held against its root.
 * @param from the event of `log` with the first of them, or an earlier one
 * @throws BrokenLogError when they do not make its root, HatcheckError `ledger_unavailable`
 */
export const leavesOf = async (
  source: ExportSource,
  { said, seq, first }: Exportable,
  from: number,
): Promise<Stretch> => {
  if (said.size <= first) throw new BrokenLogError(`checkpoint ${seq} covers nothing new`);
  const leaves: Leaf[] = [];
  let frontier: Frontier = emptyFrontier;
  for (let at = Math.max(0, from - 1); ;) {
    const events = await source.from('log', at, EVENTS_A_READ);
    if (events.length === 0) throw new BrokenLogError(`the log ends before checkpoint ${seq}`);
    for (const event of events) {
      const extended = parsed(extendedSchema, event);
      if (event.seq < from) {
        frontier = frontierIn(extended.carried);
        continue;
      }
      if (frontier.size !== extended.first) throw new BrokenLogError(`at ${event.seq}`);
      for (const leaf of extended.entries) {
        if (frontier.size >= first) leaves.push(leaf);
        frontier = appended(frontier, leaf);
      }
      if (frontier.size < said.size) continue;
      const isItsRoot = rootOf(frontier).toString('base64url') === said.root;
      if (!isItsRoot || leaves.length !== said.size - first) {
        throw new BrokenLogError(`checkpoint ${seq} has another root`);
      }
      return { leaves, next: event.seq + 1 };
    }
    at += events.length;
  }
};

const frontierIn = (carried: { readonly size: number; readonly frontier: readonly string[] }): Frontier => {
  try {
    return frontierOf(carried);
  } catch (cause) {
    throw new BrokenLogError('what an event carries is no frontier', { cause });
  }
};

const appended = (frontier: Frontier, leaf: Leaf): Frontier => {
  try {
    return appendLeaf(frontier, leafHash(leaf.hash));
  } catch (cause) {
    throw new BrokenLogError(`the log has no hash at ${frontier.size}`, { cause });
  }
};
