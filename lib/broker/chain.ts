import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { RecordedEvent, StoredEvent } from '../domain/event.ts';
import { certain } from '../domain/invariant.ts';
import { isBefore } from '../domain/time.ts';

/**
 * What is wrong with a stream. `gap`: not the sequence number that should be there; `shape`: no event at all; `key`: stored under a key
 * that is not its own.
 */
export type Break = 'gap' | 'hash' | 'prevHash' | 'at' | 'stream' | 'shape' | 'key';

/** What of an event is its place in its stream; everything else in it, known or not, is under its hash. */
export type Linked = Pick<StoredEvent, 'stream' | 'seq' | 'at' | 'prevHash' | 'hash'>;

/** A stream that was not written by Hatcheck as it stands. */
export class BrokenChainError extends Error {
  readonly stream: string;
  readonly seq: number;
  readonly what: Break;

  constructor({ stream, seq }: Pick<StoredEvent, 'stream' | 'seq'>, what: Break) {
    super(`the chain of ${stream} is broken at ${seq}: ${what}`);
    this.name = 'BrokenChainError';
    this.stream = stream;
    this.seq = seq;
    this.what = what;
  }
}

/**
 * Gives the event its place behind `prev` (`undefined`: at the stream's beginning).
 *
 * @throws TypeError when `prev` is of another stream or later than the event, or the event is no canonical JSON (a lone surrogate, NaN).
 */
export const seal = (prev: StoredEvent | undefined, stream: string, event: RecordedEvent): StoredEvent => {
  if (prev && prev.stream !== stream) throw new TypeError(`an event of ${prev.stream} is not followed in ${stream}`);
  if (prev && !notBackwards(prev, event)) throw new TypeError(`time runs backwards in ${stream} at ${prev.seq + 1}`);
  const body = {
    ...event,
    stream,
    seq: prev ? prev.seq + 1 : 0,
    prevHash: prev?.hash ?? '',
    v: 1 as const,
  };
  const canonical = canonicalOf(body);
  const sealed = Object.freeze({ ...body, hash: hashCanonical(canonical) });
  sealedAs.set(sealed, canonical);
  return sealed;
};

/** What is appended was sealed a moment before: to work its string out once more takes as long as deciding what it says. */
const sealedAs = new WeakMap<object, string>();

/**
 * Canonical JSON (RFC 8785) of everything but the hash: what is stored, and what the hash is of.
 *
 * @throws TypeError when the event has no canonical JSON: not well-formed Unicode, not a finite number.
 */
export const canonicalOf = (event: MaybeHashed): string => {
  const known = sealedAs.get(event);
  if (known !== undefined) return known;
  try {
    return certain(canonicalize(withoutHash(event)), 'an object has a canonical form');
  } catch (cause) {
    throw new TypeError('an event is canonical JSON', { cause });
  }
};

type MaybeHashed = Omit<Linked, 'hash'> & { readonly hash?: string };

const withoutHash = ({ hash: _hash, ...body }: MaybeHashed): object => body;

/** base64url SHA-256 of the canonical string. */
export const hashCanonical = (canonical: string): string => hash('sha256', canonical, 'base64url');

/** @throws BrokenChainError when the event's hash is not that of its content. Says nothing of its neighbours. */
export const verifyHash = (event: Linked): void => {
  if (hashCanonical(canonicalOf(event)) !== event.hash) throw new BrokenChainError(event, 'hash');
};

/**
 * Checks a whole stream, from its beginning: one name, no gap, each hash and link, time not backwards.
 *
 * @throws BrokenChainError at the first event that is not as it should be.
 */
export const verifyChain = (events: readonly Linked[]): void => {
  events.forEach(verifyHash);
  verifyLinks(events);
};

/** As `verifyChain`, for events whose own hashes were checked when they were read. @throws BrokenChainError */
export const verifyLinks = (events: readonly Linked[]): void => {
  let prev: Linked | undefined;
  for (const event of events) {
    verifyLink(prev, event);
    prev = event;
  }
};

/**
 * Checks one event against the one before it, `undefined` at the stream's beginning.
 *
 * @throws BrokenChainError when it does not follow.
 */
export const verifyFollows = (prev: Linked | undefined, event: Linked): void => {
  verifyLink(prev, event);
  verifyHash(event);
};

const verifyLink = (prev: Linked | undefined, event: Linked): void => {
  if (prev && event.stream !== prev.stream) throw new BrokenChainError(event, 'stream');
  if (event.seq !== (prev ? prev.seq + 1 : 0)) throw new BrokenChainError(event, 'gap');
  if (event.prevHash !== (prev?.hash ?? '')) throw new BrokenChainError(event, 'prevHash');
  if (prev && !notBackwards(prev, event)) throw new BrokenChainError(event, 'at');
};

/** False also where either instant is none. */
const notBackwards = (prev: Pick<RecordedEvent, 'at'>, event: Pick<RecordedEvent, 'at'>): boolean =>
  isBefore(prev.at, event.at) || Date.parse(prev.at) === Date.parse(event.at);
