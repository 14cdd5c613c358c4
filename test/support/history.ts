import type { Channel } from '../../lib/domain/command.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { HoldTarget } from '../../lib/domain/hold.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import type { RoleSessionOrder } from '../../lib/domain/role-session.ts';

/** On one request. */
export type Act =
  'approve' | 'deny' | 'cancel' | 'end' | 'revoke' | 'extend' | 'review' | 'credentials' | 'console' | 'read';
/** On a person, or on everything. */
export type Around = 'hold' | 'lift' | 'link' | 'lend' | 'takeBack';
export type UseCase = 'submit' | 'bundle' | 'list' | Act | Around;

/** What left with an answer. */
export interface Given {
  readonly requestId?: string;
  /** Of a bundle. */
  readonly requestIds?: readonly string[];
  readonly hold?: HoldTarget & { readonly id: string };
  readonly delegationId?: string;
  /** Those who were proved to be one person. */
  readonly linked?: readonly string[];
  readonly accessKeyId?: string;
  readonly expiration?: string;
  readonly url?: boolean;
}

/** One thing that happened between the broker and the world around it. `call` tells which of the calls it belongs to. */
export type Entry =
  | {
      readonly kind: 'asked';
      readonly call: number;
      readonly use: UseCase;
      readonly by: Principal;
      readonly requestId?: string;
      readonly channel?: Channel;
      readonly holdId?: string;
      readonly delegationId?: string;
      readonly submission?: { readonly key?: string; readonly body: string };
    }
  /** The event took its place in the ledger, whatever the caller of `append` heard of it. */
  | { readonly kind: 'appended'; readonly call: number; readonly event: StoredEvent }
  /** STS was asked. */
  | { readonly kind: 'ordered'; readonly call: number; readonly requestId: string; readonly order?: RoleSessionOrder }
  /** STS opened a role session, whether or not anybody heard of it. */
  | { readonly kind: 'opened'; readonly call: number; readonly accessKeyId: string }
  | { readonly kind: 'answered'; readonly call: number; readonly code: ErrorCode | 'ok'; readonly given: Given };

/** Written down while it happens, in order. A call without `answered` was abandoned. */
export interface History {
  readonly entries: readonly Entry[];
  add(entry: Entry): void;
  /** A number for the next call. */
  next(): number;
}

export const newHistory = (): History => {
  const entries: Entry[] = [];
  let calls = 0;
  return {
    entries,
    add: (entry) => {
      entries.push(entry);
    },
    next: () => (calls += 1),
  };
};

/** All that the laws are checked on. */
export interface Evidence {
  readonly entries: readonly Entry[];
  /** Every stream of the ledger, whole. */
  readonly streams: readonly (readonly StoredEvent[])[];
  readonly policy: AccessPolicy;
}

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

export const entriesOf = <K extends Entry['kind']>(entries: readonly Entry[], kind: K): readonly Of<K>[] =>
  entries.filter((entry): entry is Of<K> => entry.kind === kind);

type Typed<T extends StoredEvent['type']> = Extract<StoredEvent, { type: T }>;

export const eventsOf = <T extends StoredEvent['type']>(
  events: readonly StoredEvent[],
  ...types: readonly T[]
): readonly Typed<T>[] => events.filter((event): event is Typed<T> => types.some((type) => type === event.type));

/** The streams of requests, without those of refusals. */
export const requestStreams = ({ streams }: Evidence): readonly (readonly StoredEvent[])[] =>
  streams.filter(([first]) => first?.stream.startsWith('request#'));

export const requestIdOf = (events: readonly StoredEvent[]): string => events[0]?.stream.slice('request#'.length) ?? '';
