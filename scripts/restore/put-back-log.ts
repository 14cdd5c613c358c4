import type { Broker } from '../../lib/broker/broker.ts';
import { seal } from '../../lib/broker/chain.ts';
import type { SignedCheckpoint } from '../../lib/broker/log/checkpoint.ts';
import { appendLeaf, carriedOf } from '../../lib/broker/log/frontier.ts';
import { CHECKPOINT, LOG, type LogHead } from '../../lib/broker/log/head.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import type { LedgerParts, TypedEvent } from '../../lib/broker/log/ports.ts';
import type { Ledger } from '../../lib/broker/ports.ts';
import type { Actor, DomainEvent, LogEntry, StoredEvent } from '../../lib/domain/event.ts';
import { eventOf } from '../../lib/domain/invariant.ts';
import { latest } from '../../lib/domain/time.ts';
import { RestoreError } from './restore-error.ts';

interface At extends Pick<Broker, 'clock' | 'chance'> {
  readonly ledger: Ledger & LedgerParts;
}

/** Who wrote what was put into the ledger by hand. */
export const RESTORER: Actor = { kind: 'system', handle: 'restore' };

/** Puts the leaves behind the log as they were, in an event of its own: neither `log` nor its times are under what was signed, their order is. */
export const extendLog = async (
  at: At,
  { last, frontier }: LogHead,
  lines: readonly LogEntry[],
): Promise<TypedEvent<'log.extended'>> => {
  const entries = lines.map(({ stream, seq, hash }) => ({ stream, seq, hash }));
  const carried = carriedOf(entries.map(({ hash }) => leafHash(hash)).reduce(appendLeaf, frontier));
  const data = { first: frontier.size, entries, carried };
  return eventOf('log.extended', await appendTo(at, LOG, last, { type: 'log.extended', data }));
};

/** A checkpoint as it was signed, under the number that it had: the next one is chained to it. @returns its number */
export const putCheckpoint = async (at: At, seq: number, signed: SignedCheckpoint): Promise<number> => {
  const { checkpoint, signature, kid } = signed;
  const [there] = await at.ledger.part(CHECKPOINT, seq, seq);
  if (there?.type === 'checkpoint.signed' && there.data.checkpoint === checkpoint) return seq;
  if (there) throw new RestoreError('another_checkpoint', `${CHECKPOINT} ${seq}`);
  const last = await at.ledger.last(CHECKPOINT);
  if ((last?.seq ?? -1) + 1 !== seq) throw new RestoreError('no_place', `${CHECKPOINT} ${seq}`);
  const data = { checkpoint, signature, kid };
  return (await appendTo(at, CHECKPOINT, last, { type: 'checkpoint.signed', data })).seq;
};

const appendTo = async (
  { ledger, clock, chance }: At,
  stream: string,
  last: StoredEvent | undefined,
  event: DomainEvent,
): Promise<StoredEvent> => {
  const at = last ? latest(clock.now(), last.at) : clock.now();
  const sealed = seal(last, stream, { ...event, eventId: chance.id(), at, actor: RESTORER });
  if ((await ledger.append(sealed)) === 'conflict') throw new RestoreError('another_event', `${stream} ${sealed.seq}`);
  return sealed;
};
