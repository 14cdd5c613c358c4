import { createHash } from 'node:crypto';
import type { Bucket } from '../world.ts';
import type { XmlElements } from '../xml.ts';

const MAX_KEYS = 1000;

/**
 * The content of a ListObjectsV2 answer: keys under `prefix`, those with a further `delimiter` folded into common
 * prefixes. Always one page, of at most 1000 entries.
 */
export function listObjects(bucket: Bucket, query: URLSearchParams, modified: string): XmlElements {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;
  const keys = Object.keys(bucket.objects)
    .filter((key) => key.startsWith(prefix))
    .sort();
  const folded = new Set(keys.map((key) => commonPrefix(key, prefix, delimiter)).filter((one) => one !== undefined));
  const plain = keys.filter((key) => commonPrefix(key, prefix, delimiter) === undefined).slice(0, MAX_KEYS);
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyCount: plain.length + folded.size,
    MaxKeys: MAX_KEYS,
    IsTruncated: 'false',
    Contents: plain.map((key) => describe(encode(key), bucket.objects[key] ?? '', modified)),
    CommonPrefixes: [...folded].map((one) => ({ Prefix: encode(one) })),
  };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

function describe(key: string, content: string, modified: string): XmlElements {
  const body = Buffer.from(content);
  return { Key: key, LastModified: modified, ETag: entityTag(body), Size: body.length, StorageClass: 'STANDARD' };
}

/** S3's ETag of an object that was put in one piece. */
export function entityTag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
