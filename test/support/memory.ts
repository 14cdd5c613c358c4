import type { Desk, Patience } from '../../lib/broker/broker.ts';
import { BrokenChainError, canonicalOf, hashCanonical, seal, verifyChain, verifyHash } from '../../lib/broker/chain.ts';
import type { LedgerParts } from '../../lib/broker/log/ports.ts';
import type {
  Chance,
  Clock,
  Dues,
  Ledger,
  LedgerPairs,
  Page,
  PageOf,
  People,
  PersonName,
  Summaries,
  Texts,
  Tickets,
} from '../../lib/broker/ports.ts';
import { type RequestSummary, positionOf } from '../../lib/broker/summary.ts';
import { type Due, duesOf } from '../../lib/domain/due.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Instant } from '../../lib/domain/principal.ts';
import type { TicketAnswer } from '../../lib/domain/ticket.ts';
import { deciderKeys } from '../../lib/domain/access.ts';
import { currentStage } from '../../lib/domain/stages.ts';
import { NOON, policy as testPolicy } from './builders.ts';

export interface MemoryClock extends Clock {
  set(now: Instant): void;
  advance(seconds: number): void;
  /** What `pause` was asked for, in ms; none of it passes. */
  readonly pauses: number[];
}

export const memoryClock = (start: Instant = NOON): MemoryClock => {
  let ms = Date.parse(start);
  const pauses: number[] = [];
  return {
    now: () => new Date(ms).toISOString(),
    pause: async (asked) => {
      pauses.push(asked);
      await Promise.resolve();
    },
    set: (now) => {
      ms = Date.parse(now);
    },
    advance: (seconds) => {
      ms += Math.round(seconds * 1000);
    },
    pauses,
  };
};

/** The same seed gives the same chance: a linear congruential generator (Numerical Recipes), good enough for a test. */
export const seededChance = (seed = 1): Chance => {
  let state = seed >>> 0;
  let ids = 0;
  const fraction = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    fraction,
    id: () => {
      ids += 1;
      return `01J${String(seed).padStart(8, '0')}${String(ids).padStart(15, '0')}`;
    },
    token: (bytes) =>
      Buffer.from(Array.from({ length: bytes }, () => Math.floor(fraction() * 256))).toString('base64url'),
  };
};

/** Waits as long as it takes. */
export const patient: Patience = { remainingMs: () => 10_000 };

/** Has time left for so many tries more. */
export const patientFor = (tries: number): Patience => {
  let left = tries;
  return {
    remainingMs: () => {
      left -= 1;
      return left >= 0 ? 10_000 : 0;
    },
  };
};

export const unavailable = (): HatcheckError =>
  new HatcheckError({ code: 'ledger_unavailable', reason: 'as the test says' });

export interface MemoryLedger extends Ledger, LedgerPairs, LedgerParts {
  /** What somebody with the keys to the table could do. */
  alter(stream: string, seq: number, change: (canonical: string) => string): void;
  put(event: StoredEvent): void;
  remove(stream: string, seq: number): void;
  /** Those to which something was appended. */
  readonly streams: () => readonly string[];
}

interface Item {
  readonly canonical: string;
  readonly hash: string;
}

/**
 * @param turn is awaited before each access, so that a test can decide who comes first.
 * @param active is the access policy that a deployment activated long ago; null: there was none.
 */
export const memoryLedger = (
  turn: () => Promise<void> = () => Promise.resolve(),
  active: string | null = 'the-version',
): MemoryLedger => {
  const streams = new Map<string, Map<number, Item>>();
  const written = new Set<string>();
  if (active !== null) streams.set('control', new Map([[0, itemOf(activated(active))]]));
  const itemsOf = (stream: string): Map<number, Item> => streams.get(stream) ?? new Map<number, Item>();
  const eventsOf = (stream: string): StoredEvent[] =>
    [...itemsOf(stream)].sort(([a], [b]) => a - b).map(([, item]) => parsed(item));
  return {
    read: async (stream) => {
      await turn();
      const events = eventsOf(stream);
      unlessBroken(() => {
        verifyChain(events);
      });
      return events;
    },
    last: async (stream) => {
      await turn();
      const last = eventsOf(stream).at(-1);
      unlessBroken(() => {
        if (last) verifyHash(last);
      });
      return last;
    },
    pair: async (stream, seq) => {
      await turn();
      const events = eventsOf(stream).filter((event) => event.seq === seq || event.seq === seq - 1);
      unlessBroken(() => {
        events.forEach(verifyHash);
      });
      return events;
    },
    part: async (stream, from, to) => {
      await turn();
      return eventsOf(stream).filter((event) => event.seq >= from && event.seq <= to && isSound(event));
    },
    append: async (event) => {
      if (hashCanonical(canonicalOf(event)) !== event.hash) throw new TypeError('only a sealed event is appended');
      await turn();
      const items = itemsOf(event.stream);
      const there = items.get(event.seq);
      if (there) return there.hash === event.hash && parsed(there).eventId === event.eventId ? 'appended' : 'conflict';
      streams.set(event.stream, items.set(event.seq, itemOf(event)));
      written.add(event.stream);
      return 'appended';
    },
    alter: (stream, seq, change) => {
      const item = itemsOf(stream).get(seq);
      if (item) itemsOf(stream).set(seq, { ...item, canonical: change(item.canonical) });
    },
    put: (event) => {
      streams.set(event.stream, itemsOf(event.stream).set(event.seq, itemOf(event)));
    },
    remove: (stream, seq) => {
      itemsOf(stream).delete(seq);
    },
    streams: () => [...written],
  };
};

const isSound = (event: StoredEvent): boolean => {
  try {
    verifyHash(event);
    return true;
  } catch {
    return false;
  }
};

const itemOf = (event: StoredEvent): Item => ({ canonical: canonicalOf(event), hash: event.hash });

const LONG_AGO = '2026-01-01T00:00:00.000Z';

const activated = (version: string): StoredEvent =>
  seal(undefined, 'control', {
    type: 'policy.activated',
    data: { version, carried: { holds: [], active: { version, at: LONG_AGO } } },
    ...{
      eventId: `activated ${version}`,
      at: LONG_AGO,
      actor: { kind: 'system', handle: 'on-deploy' },
      policy: version,
    },
  });

/** Through text and back, as a table would: the members come out in another order than they went in. */
const parsed = ({ canonical, hash }: Item): StoredEvent => ({ ...(JSON.parse(canonical) as StoredEvent), hash });

const unlessBroken = (verify: () => void): void => {
  try {
    verify();
  } catch (cause) {
    if (!(cause instanceof BrokenChainError)) throw cause;
    throw new HatcheckError({ code: 'ledger_unavailable', reason: cause.message }, { cause });
  }
};

export const memorySummaries = (): Summaries => {
  const all = new Map<string, RequestSummary>();
  const pageOf = ({ limit, after }: PageOf, wanted: (summary: RequestSummary) => boolean): Page<RequestSummary> => {
    const older = [...all.values()]
      .filter((summary) => wanted(summary) && (after === undefined || positionOf(summary) < after))
      .sort((a, b) => (positionOf(a) < positionOf(b) ? 1 : -1));
    const items = older.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(last && older.length > limit ? { next: positionOf(last) } : {}) };
  };
  return {
    put: (summary) => {
      if ((all.get(summary.id)?.seq ?? -1) < summary.seq) all.set(summary.id, summary);
      return Promise.resolve();
    },
    ofRequester: (requester, page) => Promise.resolve(pageOf(page, (summary) => summary.requester === requester)),
    ofApprovers: (keys, page) =>
      Promise.resolve(
        pageOf(
          page,
          (summary) =>
            deciderKeys(summary).some((key) => keys.includes(key)) &&
            (!page.open || (!summary.closed && currentStage(summary) !== undefined)),
        ),
      ),
    ofEverybody: (page) => Promise.resolve(pageOf(page, ({ createdAt }) => createdAt <= page.now)),
  };
};

export interface MemoryTexts extends Texts {
  forget(author: string): void;
}

export const memoryTexts = (): MemoryTexts => {
  const texts = new Map<string, string>();
  const keyOf = (author: string, id: string): string => JSON.stringify([author, id]);
  return {
    put: (author, { id }, { text }) => {
      texts.set(keyOf(author, id), text);
      return Promise.resolve();
    },
    get: (wanted) =>
      Promise.resolve(
        new Map(
          wanted.flatMap(({ author, ref }) => {
            const text = texts.get(keyOf(author, ref.id));
            return text === undefined ? [] : [[ref.id, text] as const];
          }),
        ),
      ),
    forget: (author) => {
      for (const key of texts.keys()) if (key.startsWith(`[${JSON.stringify(author)},`)) texts.delete(key);
    },
  };
};

export const memoryPeople = (names: ReadonlyMap<string, PersonName> = new Map()): People => ({
  get: (handles) => Promise.resolve(new Map([...names].filter(([handle]) => handles.includes(handle)))),
});

export interface MemoryDues extends Dues {
  /** As the index would have it after the summary was written. */
  plan(summary: RequestSummary): void;
  readonly open: () => readonly Due[];
}

export const memoryDues = (): MemoryDues => {
  const all = new Map<string, Due | 'done'>();
  const keyOf = ({ requestId, kind, extension }: Due): string => `${requestId} ${kind} ${extension ?? ''}`;
  const open = (): readonly Due[] =>
    [...all.values()].filter((due) => due !== 'done').sort((a, b) => (a.at < b.at ? -1 : 1));
  return {
    open,
    shards: ['0'],
    plan: (summary) => {
      for (const due of duesOf(summary)) if (!all.has(keyOf(due))) all.set(keyOf(due), due);
    },
    by: (now) => Promise.resolve({ items: open().filter(({ at }) => at <= now) }),
    done: (due) => Promise.resolve(void all.set(keyOf(due), 'done')),
    again: (due) => Promise.resolve(void all.set(keyOf(due), due)),
  };
};

/** What the services say of each ticket, by `service ticket`; of any other they do not say anything. */
export const memoryTickets = (answers: Readonly<Record<string, TicketAnswer>> = {}): Tickets => ({
  look: (service, ticket) => Promise.resolve(answers[`${service} ${ticket}`] ?? 'unavailable'),
});

export interface MemoryDesk extends Desk {
  readonly ledger: MemoryLedger;
  readonly clock: MemoryClock;
  readonly texts: MemoryTexts;
  readonly warnings: { readonly message: string; readonly cause: unknown }[];
}

/** Everything the use cases work with, in memory; whatever matters to the test is given in `parts`. */
export const memoryDesk = (
  parts: Partial<Omit<MemoryDesk, 'warnings' | 'warn'>> & { policy?: AccessPolicy } = {},
): MemoryDesk => {
  const warnings: { message: string; cause: unknown }[] = [];
  const policy = parts.policy ?? testPolicy();
  return {
    ledger: memoryLedger(undefined, policy.version),
    policy,
    clock: memoryClock(),
    chance: seededChance(),
    summaries: memorySummaries(),
    texts: memoryTexts(),
    people: memoryPeople(),
    tickets: memoryTickets(),
    warnings,
    warn: (message, cause) => warnings.push({ message, cause }),
    ...parts,
  };
};
