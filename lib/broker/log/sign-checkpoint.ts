import type { KeyObject } from 'node:crypto';
import { HatcheckError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import { eventOf } from '../../domain/invariant.ts';
import { latest } from '../../domain/time.ts';
import type { Broker, Patience } from '../broker.ts';
import { seal } from '../chain.ts';
import type { Ledger, LedgerPairs } from '../ports.ts';
import { pauseOrGiveUp } from '../try-again.ts';
import { checkpointHash, checkpointText, type SignedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { rootOf } from './frontier.ts';
import { CHECKPOINT, headOf, type LogHead } from './head.ts';
import { hashBytes } from './merkle.ts';
import type { CheckpointSigner, LedgerParts, LogPlaces, TypedEvent } from './ports.ts';
import { lastSigned, type Signed } from './last-signed.ts';
import { isConsistent } from './proof.ts';
import { consistencyPath } from './prove.ts';

export interface CheckpointMaker extends Pick<Broker, 'policy' | 'clock' | 'chance'> {
  readonly ledger: Ledger & LedgerPairs & LedgerParts;
  readonly places: Pick<LogPlaces, 'tile'>;
  readonly signer: CheckpointSigner;
  /** The public keys with which checkpoints of this log verify: the one that signs now, and those before it. */
  readonly keys: () => Promise<readonly KeyObject[]>;
  /** The broker's origin: whose log it is. */
  readonly log: string;
  /** An event of the stream `checkpoint` that we never signed, or that does not follow. */
  readonly forged: (seq: number) => void;
}

/** The log does not begin with what was signed before, as far as its tiles show: nothing is signed. */
export class InconsistentLogError extends Error {
  constructor(before: number, now: number) {
    super(`the log of ${now} leaves does not show that it begins with the ${before} that were signed`);
    this.name = 'InconsistentLogError';
  }
}

/**
 * Signs the log as it is and puts that on record, if it has grown since the last time. Nothing is signed of which the tiles do not prove that it
 * begins with what was signed before. What stands in the stream without a signature of ours is passed over: the next one is chained to the last of ours.
 *
 * @returns undefined when there is nothing new
 * @throws InconsistentLogError; ForgedLogError; HatcheckError `ledger_unavailable`, `ledger_conflict`, `aws_unavailable`
 */
export const signCheckpoint = async (
  maker: CheckpointMaker,
  patience: Patience,
): Promise<TypedEvent<'checkpoint.signed'> | undefined> => {
  const { ledger, signer } = maker;
  const keys = await maker.keys();
  for (let tries = 0; ; tries += 1) {
    // First, so that what was signed meanwhile is never of a later log than the one that is read.
    const end = await ledger.last(CHECKPOINT);
    const before = end && (await lastSigned(maker, end, keys));
    const head = await headOf(ledger);
    const at = latestOf(maker.clock.now(), head.last?.at, end?.at);
    const grown = await hasGrown(maker, before, head).catch((error: unknown) => {
      // The sequencer has appended, and writes the tiles a moment later.
      if (error instanceof HatcheckError && tries < WAITS_FOR_TILES) return 'not to be said yet';
      throw error;
    });
    if (grown === 'not to be said yet') {
      await pauseOrGiveUp(maker, patience, tries, 'ledger_unavailable');
      continue;
    }
    if (!grown) return undefined;
    const checkpoint = checkpointText({
      ...{ at, log: maker.log, previous: before ? checkpointHash(before.text) : '' },
      ...{ root: rootOf(head.frontier).toString('base64url'), size: head.frontier.size },
    });
    const signed: SignedCheckpoint = { checkpoint, ...(await signer.sign(checkpoint)) };
    // NB. KMS signed with the key that it was told: that it is one of those that are published is seen here, before it is on record.
    verifyCheckpoint(signed, keys);
    const written = { eventId: maker.chance.id(), at, actor: ACTOR, policy: maker.policy.version };
    const event = seal(end, CHECKPOINT, { type: 'checkpoint.signed', data: signed, ...written });
    if ((await ledger.append(event)) === 'appended') return eventOf('checkpoint.signed', event);
    await pauseOrGiveUp(maker, patience, tries, 'ledger_conflict');
  }
};

/** Each a few hundredths of a second apart. */
const WAITS_FOR_TILES = 20;

const ACTOR: Actor = { kind: 'system', handle: 'on-checkpoint' };

const latestOf = (now: string, ...others: readonly (string | undefined)[]): string =>
  others.reduce<string>((known, other) => (other === undefined ? known : latest(known, other)), now);

/** @throws InconsistentLogError */
const hasGrown = async (
  { places }: CheckpointMaker,
  before: Signed | undefined,
  { frontier }: LogHead,
): Promise<boolean> => {
  if (!before) return frontier.size > 0;
  const { size, root } = before.said;
  if (size > frontier.size) throw new InconsistentLogError(size, frontier.size);
  const path = await consistencyPath(places.tile, size, frontier.size);
  const now = { size: frontier.size, root: rootOf(frontier) };
  if (!isConsistent({ size, root: hashBytes(root) }, now, path)) throw new InconsistentLogError(size, frontier.size);
  return size < frontier.size;
};
