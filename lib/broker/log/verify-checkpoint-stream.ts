import type { KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { certain } from '../../domain/invariant.ts';
import { hashCanonical } from '../chain.ts';
import type { BadPlace } from './bad-place.ts';
import { type SignedCheckpoint, checkpointHash } from './checkpoint.ts';
import { CHECKPOINT } from './head.ts';
import { strayBefore } from './stray.ts';
import type { LedgerItem, LedgerItems } from './verify-ledger-ports.ts';
import { eventText } from './verify-line.ts';
import { type VerifiedCheckpoint, isBadCheckpoint, signedBy, verifyContinues } from './verify-signed.ts';

const signedSchema = z.object({
  type: z.literal('checkpoint.signed'),
  data: z.object({ checkpoint: z.string(), signature: z.string(), kid: z.string() }),
});

/** So far back at the most the last checkpoint before one is looked for: what stands between was signed by nobody. */
const FAR_BACK = 100;

/** The last checkpoint before that number that one of the keys signed. */
export const verifiedBefore = async (
  ledger: Pick<LedgerItems, 'items'>,
  seq: number,
  keys: readonly KeyObject[],
): Promise<VerifiedCheckpoint | undefined> => {
  if (seq === 0) return undefined;
  const near = await ledger.items(CHECKPOINT, seq - 2, seq - 1);
  const [before, own] = [seq - 2, seq - 1].map((at) => near.find((item) => item.seq === at));
  const found = own && signedIn(own, keys);
  const text = before && signedTextIn(before)?.checkpoint;
  if (found && !isBadCheckpoint(found) && found.previous === (text === undefined ? '' : checkpointHash(text)))
    return found;
  return largest(await ledger.items(CHECKPOINT, Math.max(0, seq - FAR_BACK), seq - 1), keys);
};

/** Whoever copies an earlier one proves nothing new. */
const largest = (items: readonly LedgerItem[], keys: readonly KeyObject[]): VerifiedCheckpoint | undefined => {
  let last: VerifiedCheckpoint | undefined;
  for (const item of items) {
    const found = signedIn(item, keys);
    if (found && !isBadCheckpoint(found) && found.size > (last?.size ?? 0)) last = found;
  }
  return last;
};

/**
 * Holds what stands in the stream `checkpoint` under a number against the last checkpoint before it.
 * @param items from the one before it on, as far as they were read
 * @returns the checkpoint, or what became of it
 */
export const verifyInStream = async (
  items: readonly LedgerItem[],
  seq: number,
  last: VerifiedCheckpoint | undefined,
  keys: readonly KeyObject[],
): Promise<VerifiedCheckpoint | Pick<BadPlace, 'what' | 'sign' | 'kid'>> => {
  const item = items.find((each) => each.seq === seq);
  if (!item) return { what: 'dropped', sign: 'missing' };
  const found = signedIn(item, keys) ?? { what: 'altered' as const, sign: 'checkpoint' as const };
  const later = (): readonly string[] =>
    items.filter((each) => each.seq > seq).flatMap((each) => signedTextIn(each)?.checkpoint ?? []);
  if (isBadCheckpoint(found)) return continues(later(), last) ? { ...found, what: 'added' } : found;
  const discontinued = await verifyContinues(last, found, () => each(later()));
  if (discontinued) return discontinued;
  const before = items.find((other) => other.seq === seq - 1)?.canonical;
  if (!isInPlace(item, seq, before)) return { what: 'altered', sign: 'chain' };
  return strayBefore(items, seq) ?? found;
};

const isInPlace = (item: LedgerItem, seq: number, before: string | undefined): boolean => {
  const canonical = certain(item.canonical, 'what was signed has a text');
  const event = eventText(canonical);
  const isLinked =
    seq === 0 ? event?.prevHash === '' : before === undefined || event?.prevHash === hashCanonical(before);
  return event?.stream === CHECKPOINT && event.seq === seq && item.hash === hashCanonical(canonical) && isLinked;
};

const signedIn = (item: LedgerItem, keys: readonly KeyObject[]): ReturnType<typeof signedBy> | undefined => {
  const signed = signedTextIn(item);
  return signed && signedBy(keys, item.seq, signed);
};

const signedTextIn = ({ canonical }: LedgerItem): SignedCheckpoint | undefined => {
  if (canonical === undefined || !eventText(canonical)) return undefined;
  const { success, data } = signedSchema.safeParse(JSON.parse(canonical));
  return success ? data.data : undefined;
};

/** Whether a later one continues the last as if nothing had stood between them. */
const continues = (later: readonly string[], last: VerifiedCheckpoint | undefined): boolean =>
  later.some((text) => text.includes(`"previous":"${last?.hash ?? ''}"`));

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* values;
}
