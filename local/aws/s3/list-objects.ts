import type { Bucket } from '../world.ts';
import type { XmlElements } from '../xml.ts';
import { invalidArgument, notImplemented } from './faults.ts';
import type { Version } from './shelf.ts';
import { byBytes } from './store.ts';

const MAX_KEYS = 1000;

/** One line of a listing: an object, or all that share what stands before the delimiter. */
interface Entry {
  /** What the next page begins after. */
  readonly name: string;
  readonly version?: Version;
}

/**
 * The content of a ListObjectsV2 answer: keys under `prefix`, those with a further `delimiter` folded into common prefixes, at most 1000 entries
 * of both; where there are more, a token says after which the next page begins. Throws an AwsFault InvalidArgument.
 */
export function listObjects(bucket: Bucket, live: readonly Version[], query: URLSearchParams): XmlElements {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;
  const token = query.get('continuation-token');
  const after = token === null ? query.get('start-after') : readToken(token);
  const most = maxKeys(query);
  const entries = entriesOf(live, prefix, delimiter).filter(({ name }) => after === null || byBytes(name, after) > 0);
  const page = entries.slice(0, most);
  const last = page.at(-1);
  const truncated = entries.length > page.length && last !== undefined;
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    StartAfter: query.get('start-after') ?? undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: truncated ? Buffer.from(last.name).toString('base64url') : undefined,
    KeyCount: page.length,
    MaxKeys: most,
    IsTruncated: String(truncated),
    Contents: page.flatMap(({ version }) => (version ? [describe(encode(version.key), version)] : [])),
    CommonPrefixes: page.filter(({ version }) => !version).map(({ name }) => ({ Prefix: encode(name) })),
  };
}

function entriesOf(live: readonly Version[], prefix: string, delimiter: string): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const version of live.filter(({ key }) => key.startsWith(prefix))) {
    const folded = commonPrefix(version.key, prefix, delimiter);
    if (folded === undefined) entries.set(version.key, { name: version.key, version });
    else entries.set(folded, { name: folded });
  }
  return [...entries.values()];
}

function maxKeys(query: URLSearchParams): number {
  const asked = query.get('max-keys') ?? String(MAX_KEYS);
  if (!/^\d{1,10}$/.test(asked)) throw invalidArgument('Provided max-keys not an integer or within integer range');
  return Math.min(Number(asked), MAX_KEYS);
}

function readToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString();
  if (Buffer.from(name).toString('base64url') !== token) {
    throw invalidArgument('The continuation token provided is incorrect');
  }
  return name;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

function describe(key: string, { at, etag, size }: Version): XmlElements {
  return { Key: key, LastModified: new Date(at).toISOString(), ETag: etag, Size: size, StorageClass: 'STANDARD' };
}

/** The content of a ListObjectVersions answer, of one page. Throws an AwsFault where there would be a second one. */
export function listVersions(bucket: Bucket, all: readonly Version[], query: URLSearchParams): XmlElements {
  const prefix = query.get('prefix') ?? '';
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;
  const shown = all.filter(({ key }) => key.startsWith(prefix));
  if (shown.length > MAX_KEYS) throw notImplemented();
  const entry = (version: Version): XmlElements => ({
    Key: encode(version.key),
    VersionId: version.id,
    IsLatest: String(all.find(({ key }) => key === version.key) === version),
    LastModified: new Date(version.at).toISOString(),
    ...(version.marker ? {} : { ETag: version.etag, Size: version.size, StorageClass: 'STANDARD' }),
  });
  return {
    ...{ Name: bucket.name, Prefix: encode(prefix), MaxKeys: MAX_KEYS, IsTruncated: 'false' },
    EncodingType: query.get('encoding-type') ?? undefined,
    Version: shown.filter(({ marker }) => !marker).map(entry),
    DeleteMarker: shown.filter(({ marker }) => marker).map(entry),
  };
}
