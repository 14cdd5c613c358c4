import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { BrokenChainError, canonicalOf, hashCanonical } from '../broker/chain.ts';
import type { StoredEvent } from '../domain/event.ts';
import { isEventType } from '../domain/event-types.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * `{stream, seq, canonical, hash}`: the canonical string itself is kept, so that the hash can be checked over what was written.
 *
 * @throws TypeError when the event's hash is not that of its content: it was not sealed.
 */
export const itemOf = (event: StoredEvent): Record<string, AttributeValue> => {
  const canonical = canonicalOf(event);
  if (hashCanonical(canonical) !== event.hash) throw new TypeError('only a sealed event is appended');
  return { ...keyOf(event), canonical: { S: canonical }, hash: { S: event.hash } };
};

export const keyOf = ({ stream, seq }: Pick<StoredEvent, 'stream' | 'seq'>): Record<string, AttributeValue> => ({
  stream: { S: stream },
  seq: { N: String(seq) },
});

/** The event of an item under that key, its own hash checked; its links are `verifyLinks`' business. @throws BrokenChainError `hash`, `shape`, `key`. */
export const eventOf = (item: Item): StoredEvent => {
  const key = { stream: item['stream']?.S ?? '', seq: Number(item['seq']?.N) };
  const canonical = item['canonical']?.S ?? '';
  const hash = item['hash']?.S ?? '';
  if (hashCanonical(canonical) !== hash) throw new BrokenChainError(key, 'hash');
  const event = { ...parsed(canonical), hash };
  if (!isStoredEvent(event)) throw new BrokenChainError(key, 'shape');
  // The hash is over the string as it stands: one that is not canonical must not pass for what was hashed.
  if (canonicalOf(event) !== canonical) throw new BrokenChainError(key, 'hash');
  if (event.stream !== key.stream || event.seq !== key.seq) throw new BrokenChainError(key, 'key');
  return event;
};

const parsed = (json: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `data` is what our own code put there under that type: the chain, not a schema, says that nobody changed it since. */
const isStoredEvent = (
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & StoredEvent =>
  value['v'] === 1 &&
  ['stream', 'eventId', 'prevHash', 'hash'].every((name) => typeof value[name] === 'string') &&
  Number.isSafeInteger(value['seq']) &&
  isInstant(value['at']) &&
  isEventType(value['type']) &&
  isObject(value['data']) &&
  isActor(value['actor']);

const isInstant = (value: unknown): boolean =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;

const isActor = (value: unknown): boolean =>
  isObject(value) &&
  (value['kind'] === 'person' || value['kind'] === 'workload' || value['kind'] === 'system') &&
  typeof value['handle'] === 'string';
