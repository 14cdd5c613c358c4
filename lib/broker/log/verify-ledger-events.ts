import { certain } from '../../domain/invariant.ts';
import type { BadPlace } from './bad-place.ts';
import { justBefore, strayBefore } from './stray.ts';
import { verifyItem } from './verify-ledger-item.ts';
import type { LedgerItem, LedgerItems } from './verify-ledger-ports.ts';
import { eventText } from './verify-line.ts';
import type { LogEntryLeaf } from './verify-log-stream.ts';

/** So many events at a time: of as many streams at the most. */
const AT_ONCE = 100;

/**
 * Holds events of the ledger against what the log has of them, in the order of the log, up to the first that is not that.
 * @param index of the first of them
 */
export const verifyEvents = async (
  ledger: Pick<LedgerItems, 'items'>,
  entries: readonly LogEntryLeaf[],
  index: number,
): Promise<BadPlace | undefined> => {
  const links = new Map<string, string>();
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    const some = entries.slice(from, from + AT_ONCE);
    const found = await itemsOf(ledger, some);
    for (const [at, logged] of some.entries()) {
      const { stream, seq } = logged;
      const items = certain(found.get(stream), 'each of their streams was read');
      const item = items.find((each) => each.seq === seq);
      const fault =
        (await verifyItem(ledger, logged, item)) ?? strayBefore(items, seq) ?? unlinked(links, logged, item);
      if (fault) return { ...fault, index: index + from + at, stream, seq };
    }
  }
  return undefined;
};

const itemsOf = async (
  ledger: Pick<LedgerItems, 'items'>,
  entries: readonly LogEntryLeaf[],
): Promise<ReadonlyMap<string, readonly LedgerItem[]>> => {
  const streams = [...Map.groupBy(entries, ({ stream }) => stream)];
  const read = streams.map(async ([stream, of]) => {
    const seqs = of.map(({ seq }) => seq);
    return [stream, await ledger.items(stream, justBefore(Math.min(...seqs)), Math.max(...seqs))] as const;
  });
  return new Map(await Promise.all(read));
};

/** The log has the event as it is: did it continue its stream when it came there? */
const unlinked = (
  links: Map<string, string>,
  { stream, seq }: LogEntryLeaf,
  item: LedgerItem | undefined,
): Pick<BadPlace, 'what' | 'sign'> | undefined => {
  const before = seq === 0 ? '' : links.get(stream);
  links.set(stream, certain(item?.hash, 'what the log has stands there with its hash'));
  const event = eventText(certain(item?.canonical, 'what the log has stands there with its text'));
  return before === undefined || before === event?.prevHash ? undefined : { what: 'altered', sign: 'chain' };
};
