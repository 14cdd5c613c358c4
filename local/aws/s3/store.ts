import { createHash, randomUUID } from 'node:crypto';
import type { Bucket } from '../world.ts';
import { type Retention, type Shelf, type Version, memoryShelf } from './shelf.ts';

/** What is put, besides its content. */
export interface NewObject {
  readonly key: string;
  readonly contentType: string;
  readonly checksum?: { readonly name: string; readonly value: string } | undefined;
  readonly retention?: Retention | undefined;
}

/** The versions of one bucket. Who may do what, and what is locked, is asked before. */
export interface Store {
  /** The newest of the key, a delete marker too. */
  readonly newest: (key: string) => Version | undefined;
  readonly version: (key: string, id: string) => Version | undefined;
  /** What a listing shows: the newest of each key that is no marker, by the bytes of the key. */
  readonly live: () => readonly Version[];
  /** All of them, by key, newest first. */
  readonly all: () => readonly Version[];
  readonly body: (version: Version) => Buffer;
  readonly put: (object: NewObject, body: Buffer, at: Date) => Version;
  /** A delete that names no version; undefined where there is nothing to hide in a bucket without versions. */
  readonly hide: (key: string, at: Date) => Version | undefined;
  readonly retain: (version: Version, retention: Retention) => void;
  readonly remove: (version: Version) => void;
}

/** A bucket as it is at the start: what its shelf holds, or else the objects that were always there. */
export const openStore = (bucket: Bucket, created: Date): Store => {
  const shelf: Shelf = bucket.shelf ?? memoryShelf();
  const versions = new Map<string, Version[]>();
  let order = 0;
  const take = (version: Version): void => {
    const others = (versions.get(version.key) ?? []).filter(({ id }) => id !== version.id);
    versions.set(
      version.key,
      [version, ...others].toSorted((a, b) => b.order - a.order),
    );
    order = Math.max(order, version.order);
  };
  shelf.versions().forEach(take);

  const add = (object: NewObject, marker: boolean, body: Buffer, at: Date): Version => {
    const version: Version = {
      ...{ key: object.key, id: bucket.versioned === true ? newVersionId() : 'null', order: order + 1 },
      ...{ at: at.getTime(), marker, size: body.length, etag: entityTag(body), contentType: object.contentType },
      ...(object.checksum && { checksum: object.checksum }),
      ...(object.retention && { retention: object.retention }),
    };
    const replaced = versions.get(version.key)?.find(({ id }) => id === version.id);
    shelf.put(version, body);
    take(version);
    if (replaced) shelf.remove(replaced);
    return version;
  };
  const remove = (version: Version): void => {
    shelf.remove(version);
    const others = (versions.get(version.key) ?? []).filter(({ id }) => id !== version.id);
    if (others.length === 0) versions.delete(version.key);
    else versions.set(version.key, others);
  };
  if (versions.size === 0) {
    for (const [key, content] of Object.entries(bucket.objects)) {
      add({ key, contentType: DEFAULT_TYPE }, false, Buffer.from(content), created);
    }
  }
  const newest = (key: string): Version | undefined => versions.get(key)?.[0];
  const keys = (): readonly string[] => [...versions.keys()].sort(byBytes);
  return {
    newest,
    version: (key, id) => versions.get(key)?.find((one) => one.id === id),
    live: () =>
      keys().flatMap(
        (key) =>
          versions
            .get(key)
            ?.slice(0, 1)
            .filter(({ marker }) => !marker) ?? [],
      ),
    all: () => keys().flatMap((key) => versions.get(key) ?? []),
    body: shelf.body,
    put: (object, body, at) => add(object, false, body, at),
    hide: (key, at) => {
      if (bucket.versioned === true) return add({ key, contentType: DEFAULT_TYPE }, true, Buffer.alloc(0), at);
      const there = newest(key);
      if (there) remove(there);
      return undefined;
    },
    retain: (version, retention) => {
      const changed = { ...version, retention };
      shelf.change(changed);
      take(changed);
    },
    remove,
  };
};

export const DEFAULT_TYPE = 'binary/octet-stream';

/** S3 lists keys by their UTF-8 bytes. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const newVersionId = (): string => randomUUID().replaceAll('-', '');

/** S3's ETag of an object that was put in one piece. */
const entityTag = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;
