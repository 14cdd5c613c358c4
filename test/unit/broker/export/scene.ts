import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { canonicalOf, seal } from '../../../../lib/broker/chain.ts';
import type { Exporter } from '../../../../lib/broker/export/export-log.ts';
import type { Leaf } from '../../../../lib/broker/export/files.ts';
import type { ExportPosition, Place } from '../../../../lib/broker/export/ports.ts';
import { checkpointHash, checkpointText, keyId } from '../../../../lib/broker/log/checkpoint.ts';
import { type Frontier, appendLeaf, carriedOf, emptyFrontier, rootOf } from '../../../../lib/broker/log/frontier.ts';
import { leafHash } from '../../../../lib/broker/log/merkle.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import { memoryClock } from '../../../support/memory.ts';

export const RETENTION_DAYS = 2557;
const LOG = 'https://hatcheck.example.com';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })));
export const KID = keyId(publicKey);
export const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const PUBLIC_KEY = publicKey;

const signatures = new Map<string, string>();
/** The same for the same text, so that two scenes can be compared: ECDSA signs otherwise each time. */
const signed = (text: string): string => {
  const signature = signatures.get(text) ?? sign('sha256', Buffer.from(text), privateKey).toString('base64');
  signatures.set(text, signature);
  return signature;
};

interface KeptLedger {
  readonly texts: ReadonlyMap<string, string>;
  readonly streams: ReadonlyMap<string, StoredEvent[]>;
}

/**
 * A ledger with a log over it, in memory, and what is exported of it.
 * @param of another scene's ledger, which is as it was whatever becomes of this one's; nothing is appended to it
 */
export const exportScene = (of?: KeptLedger) => {
  const clock = memoryClock('2026-11-22T23:50:00.000Z');
  const texts = new Map(of?.texts);
  const streams = new Map(of?.streams);
  const files = new Map<string, { readonly content: string; readonly type: string; readonly keptUntil: string }>();
  const puts: string[] = [];
  /** Events whose items are not sound. */
  const unsound = new Set<StoredEvent>();
  const passed: number[] = [];
  const missing: (Leaf & { readonly index: number })[] = [];
  const kept: { position?: ExportPosition } = {};
  let [frontier, previous]: [Frontier, string] = [emptyFrontier, ''];

  const keyOf = ({ stream, seq }: Place): string => `${stream}/${seq}`;
  const append = (stream: string, event: object): StoredEvent => {
    const events = streams.get(stream) ?? [];
    const written = {
      eventId: `e-${stream}-${events.length}`,
      at: clock.now(),
      actor: { kind: 'system', handle: 'x' },
    };
    const sealed = seal(events.at(-1), stream, { ...written, ...event } as never);
    streams.set(stream, [...events, sealed]);
    texts.set(keyOf(sealed), canonicalOf(sealed));
    return sealed;
  };

  /** So many events of as many streams, and one event of the log that covers them. */
  const extend = (count: number, text = 'words'): void => {
    const entries = Array.from({ length: count }, (_, i) => {
      const { stream, seq, hash } = append(`request#r_${(frontier.size + i) % 7}`, { type: 'any', data: { text } });
      return { stream, seq, hash };
    });
    const first = frontier.size;
    frontier = entries.reduce((grown, { hash }) => appendLeaf(grown, leafHash(hash)), frontier);
    append('log', { type: 'log.extended', data: { first, entries, carried: carriedOf(frontier) } });
  };

  /** Signed by our key unless `signature` says otherwise. */
  const checkpoint = ({ signature, ...more }: { readonly signature?: string; readonly size?: number } = {}): void => {
    const root = rootOf(frontier).toString('base64url');
    const text = checkpointText({ at: clock.now(), log: LOG, previous, root, size: frontier.size, ...more });
    const data = { checkpoint: text, signature: signature ?? signed(text), kid: KID };
    append('checkpoint', { type: 'checkpoint.signed', data });
    if (signature === undefined) previous = checkpointHash(text);
  };

  const exporter: Exporter = {
    clock,
    retentionDays: RETENTION_DAYS,
    source: {
      from: (stream, from, limit) =>
        Promise.resolve(
          (streams.get(stream) ?? []).filter(
            (event) => event.seq >= from && event.seq < from + limit && !unsound.has(event),
          ),
        ),
      texts: (places) => Promise.resolve(places.map((place) => texts.get(keyOf(place)))),
    },
    bucket: {
      put: ({ name, ...file }) => {
        puts.push(name);
        if (files.has(name)) return Promise.resolve('there');
        files.set(name, file);
        return Promise.resolve('written');
      },
    },
    positions: {
      read: () => Promise.resolve(kept.position),
      write: (position) => {
        kept.position = position;
        return Promise.resolve();
      },
    },
    keys: { keys: () => Promise.resolve([publicKey]) },
    missing: (leaf) => void missing.push(leaf),
    passed: (seq) => void passed.push(seq),
  };

  return {
    ...{ clock, exporter, extend, checkpoint, files, puts, missing, passed, unsound, kept, texts, streams },
    eventAt: (index: number): StoredEvent => {
      const entries = (streams.get('log') ?? []).flatMap(({ data }) => (data as { entries?: Leaf[] }).entries ?? []);
      const leaf = certain(entries[index], 'the log has such a leaf');
      return certain(streams.get(leaf.stream)?.[leaf.seq], 'the leaf is of an event');
    },
    /** SHA-256 of each file. */
    digests: (): Readonly<Record<string, string>> =>
      Object.fromEntries(
        [...files].map(([name, { content }]) => [name, createHash('sha256').update(content).digest('hex')]),
      ),
    contents: (): Readonly<Record<string, string>> =>
      Object.fromEntries([...files].map(([name, { content }]) => [name, content])),
  };
};

export type ExportScene = ReturnType<typeof exportScene>;

/** What the lines of an exported file say. */
export const linesIn = ({ files }: ExportScene, name: string): readonly unknown[] =>
  certain(files.get(name), name)
    .content.trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
