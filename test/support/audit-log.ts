import { type KeyObject, generateKeyPairSync, sign } from 'node:crypto';
import { canonicalOf, seal } from '../../lib/broker/chain.ts';
import { checkpointFile, checkpointName, eventLine, eventsName, keyName } from '../../lib/broker/export/files.ts';
import { checkpointHash, checkpointText, keyId } from '../../lib/broker/log/checkpoint.ts';
import { type Frontier, appendLeaf, emptyFrontier, rootOf } from '../../lib/broker/log/frontier.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import type { Chance } from '../../lib/broker/ports.ts';
import { approved, approver, engineer, intended, noon, recorded, submitted } from './builders.ts';
import { seededChance } from './memory.ts';

/** What signs the checkpoints of a test: of this run, and of nothing else. */
export interface CheckpointKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  /** SPKI. */
  readonly pem: string;
  sign(text: string): string;
}

export const checkpointKey = (): CheckpointKey => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    kid: keyId(publicKey),
    publicKey,
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'der' }).toString('base64'),
  };
};

/** A key that is a fault of ours: whoever looks at it finds a bug, and not that something was tampered with. */
export const keyWithABug = new Proxy(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, {
  get: () => {
    throw new RangeError('a bug');
  },
});

/** One checkpoint, and the events that it is the first to cover, in the order of the log. */
export interface LogStep {
  readonly seq: number;
  readonly checkpoint: string;
  readonly signature: string;
  readonly kid: string;
  readonly at: string;
  /** The index of its first new event. */
  readonly first: number;
  readonly events: readonly StoredEvent[];
  readonly before: Frontier;
}

export interface LogOf {
  readonly events: number;
  /** Events to a checkpoint. */
  readonly every: number;
  readonly key: CheckpointKey;
  /** Requests that go on at a time. */
  readonly open?: number;
  /** Events of a request, up to five. */
  readonly each?: number;
  readonly seed?: number;
  readonly secondsApart?: number;
}

const LOG = 'https://hatcheck.example.com';

/**
 * A log of requests that go on side by side, one checkpoint at a time: never more of it in memory than a checkpoint's events and the last event of each
 * open request. The same seed gives the same log, but for the signatures.
 */
export function* logOf({
  events,
  every,
  key,
  open = 20,
  each = 5,
  seed = 1,
  secondsApart = 60,
}: LogOf): Generator<LogStep> {
  const lives = livesOf({ open, each, secondsApart }, seededChance(seed));
  let frontier = emptyFrontier;
  let previous = '';
  for (let seq = 0, first = 0; first < events; seq += 1) {
    const own = Array.from({ length: Math.min(every, events - first) }, () => lives.next().value);
    const before = frontier;
    frontier = own.reduce((grown, { hash }) => appendLeaf(grown, leafHash(hash)), before);
    const at = noon((first + own.length) * secondsApart);
    const root = rootOf(frontier).toString('base64url');
    const checkpoint = checkpointText({ at, log: LOG, previous, root, size: frontier.size });
    yield { seq, checkpoint, signature: key.sign(checkpoint), kid: key.kid, at, first, events: own, before };
    previous = checkpointHash(checkpoint);
    first += own.length;
  }
}

function* livesOf(
  { open, each, secondsApart }: Required<Pick<LogOf, 'open' | 'each' | 'secondsApart'>>,
  chance: Chance,
): Generator<StoredEvent, never> {
  const lives: { stream: string; last?: StoredEvent }[] = [];
  let born = 0;
  for (let second = 0; ; second += secondsApart) {
    if (lives.length < open) {
      lives.push({ stream: `request#r_${base32(born)}` });
      born += 1;
    }
    const place = Math.floor(chance.fraction() * lives.length);
    const life = lives[place] ?? { stream: '' };
    life.last = seal(life.last, life.stream, nextOf(life.last?.seq ?? -1, noon(second)));
    yield life.last;
    if (life.last.seq === each - 1) lives.splice(place, 1);
  }
}

const base32 = (n: number): string =>
  n
    .toString(8)
    .padStart(26, '0')
    .replaceAll(/[01]/g, (digit) => (digit === '0' ? 'A' : 'Z'));

const nextOf = (seq: number, at: string): RecordedEvent => {
  if (seq < 0) return submitted({ ticket: 'OPS-1 “größer” ✓' }, { at });
  if (seq === 0) return approved(approver, at);
  if (seq === 1) return intended(at);
  const issued = { intent: `the intent at ${at}`, accessKeyId: 'ASIAEXAMPLE', expiration: noon(3600) };
  if (seq === 2) return recorded('credentials.issued', issued, { by: engineer, at });
  return recorded('request.ended', {}, { by: engineer, at });
};

export interface ExportFile {
  readonly path: string;
  readonly content: string;
}

/** A line of an export, without its end. */
export const exportLine = (index: number, event: StoredEvent): string =>
  eventLine(index, event, canonicalOf(event)).trimEnd();

/** The files that an export writes for a checkpoint, in their order; so many events in a file. */
export const exportFiles = (step: LogStep, linesInPart: number): readonly ExportFile[] => {
  const { seq, at, first, events } = step;
  const parts = Array.from({ length: Math.ceil(events.length / linesInPart) }, (_, part) => ({
    path: eventsName(at, seq, part),
    content: events
      .slice(part * linesInPart, (part + 1) * linesInPart)
      .map((event, line) => `${exportLine(first + part * linesInPart + line, event)}\n`)
      .join(''),
  }));
  return [...parts, { path: checkpointName(at, seq), content: checkpointFile(seq, step, first, events) }];
};

export const keyFile = ({ kid, pem }: CheckpointKey): ExportFile => ({ path: keyName(kid), content: pem });
