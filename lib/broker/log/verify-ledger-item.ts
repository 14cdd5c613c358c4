import { hashCanonical } from '../chain.ts';
import type { BadPlace, EventPlace } from './bad-place.ts';
import { leafHash } from './merkle.ts';
import type { LedgerItem, LedgerItems } from './verify-ledger-ports.ts';
import { eventText, toldEvent } from './verify-line.ts';
import { tamperingOf } from './verify-order.ts';

/** What of a stream is read to say what became of an event: around its place, so many to either side. */
const AROUND = 500;

type Fault = Pick<BadPlace, 'what' | 'sign'>;

/** What the log has of an event. */
export interface LoggedEvent extends EventPlace {
  /** Of its hash. */
  readonly leaf: Buffer;
}

/**
 * Holds an event of the ledger against what the log has of it.
 * @param item what stands in its place; undefined where nothing does
 * @returns undefined where it is what the log has
 */
export const verifyItem = async (
  ledger: Pick<LedgerItems, 'items'>,
  logged: LoggedEvent,
  item: LedgerItem | undefined,
): Promise<Fault | undefined> => {
  const { stream, seq, leaf } = logged;
  if (item?.canonical !== undefined && leafOf(item.canonical).equals(leaf)) {
    const event = eventText(item.canonical);
    if (!event) return { what: 'altered', sign: 'canonical' };
    const isOwn = event.stream === stream && event.seq === seq && item.hash === hashCanonical(item.canonical);
    return isOwn ? undefined : { what: 'altered', sign: 'line' };
  }
  const near = await ledger.items(stream, Math.max(0, seq - AROUND), seq + AROUND);
  const wantedFollows = near.some(({ canonical }) => canonical !== undefined && leafOf(canonical).equals(leaf));
  const own = item?.canonical === undefined ? undefined : placeIn(item.canonical);
  const elsewhere = own && (own.stream !== stream || own.seq !== seq) ? own : undefined;
  const what = tamperingOf({
    ...{ isWanted: true, isFound: item !== undefined, wantedFollows },
    foundBelongs: elsewhere !== undefined,
    foundFollows: elsewhere !== undefined && (await standsIn(ledger, elsewhere, item)),
  });
  return { what, sign: 'content' };
};

const leafOf = (canonical: string): Buffer => leafHash(hashCanonical(canonical));

/** The place that a text says is its own, where it names a whole one. */
const placeIn = (canonical: string): EventPlace | undefined => {
  const { stream, seq } = toldEvent(canonical);
  return stream && seq !== undefined ? { stream, seq } : undefined;
};

/** Whether the same text stands in the place that it says is its own. */
const standsIn = async (
  ledger: Pick<LedgerItems, 'items'>,
  { stream, seq }: EventPlace,
  item: LedgerItem | undefined,
): Promise<boolean> => {
  const [there] = await ledger.items(stream, seq, seq);
  return there?.canonical !== undefined && there.canonical === item?.canonical;
};
