import { seal } from '../../../lib/broker/chain.ts';
import type { LinkNotice } from '../../../lib/broker/link-notice.ts';
import type { Notice } from '../../../lib/broker/notice.ts';
import type { Ledger, Revocation, SearchIndex } from '../../../lib/broker/ports.ts';
import type { LedgerChange, LedgerWatch } from '../../../lib/broker/watch-ledger.ts';
import type { EventData, RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';
import { NOON, noon, policy } from '../../support/builders.ts';
import {
  type MemoryClock,
  type MemoryDues,
  type MemoryLedger,
  memoryClock,
  memoryDues,
  memoryLedger,
  memorySummaries,
  seededChance,
} from '../../support/memory.ts';
import { memorySearchIndex } from '../../support/memory-search.ts';

export const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';
export const STREAM = `request#${ID}`;

interface Watched extends LedgerWatch {
  readonly dues: MemoryDues;
  readonly search: SearchIndex;
  readonly ledger: MemoryLedger;
  readonly clock: MemoryClock;
  readonly alarms: EventData['ledger.altered'][];
  readonly sent: Notice[];
  readonly linked: LinkNotice[];
  readonly revoked: Revocation[];
  readonly listed: () => Promise<readonly { readonly id: string; readonly seq: number }[]>;
}

export const watched = (turn?: () => Promise<void>): Watched => {
  const summaries = memorySummaries();
  const sent: Notice[] = [];
  const linked: LinkNotice[] = [];
  const revoked: Revocation[] = [];
  const alarms: EventData['ledger.altered'][] = [];
  return {
    ...{ sent, policy: policy(), notices: { send: (notice) => Promise.resolve(void sent.push(notice)) } },
    ...{ linked, linkNotices: { sendLink: (one) => Promise.resolve(void linked.push(one)) } },
    dues: memoryDues(),
    search: memorySearchIndex(),
    ...{ revoked, revocations: { send: (one) => Promise.resolve(void revoked.push(one)) } },
    ...{ alarms, alarm: (altered) => void alarms.push(altered) },
    ...{ summaries, clock: memoryClock(noon(10)), chance: seededChance() },
    ledger: memoryLedger(turn),
    listed: async () => (await summaries.ofEverybody({ limit: 9, now: noon(9999) })).items,
  };
};

export const write = async (ledger: Ledger, ...events: readonly RecordedEvent[]): Promise<StoredEvent[]> => {
  const written: StoredEvent[] = [];
  for (const event of events) written.push(seal(written.at(-1), STREAM, event));
  for (const event of written) await ledger.append(event);
  return written;
};

export const appended = (event: StoredEvent, changeId = 'change-1'): LedgerChange => ({
  ...{ kind: 'appended', changeId, at: NOON, stream: event.stream, seq: event.seq, hash: event.hash, event },
});
