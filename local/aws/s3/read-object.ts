import { AwsFault } from '../fault.ts';
import type { Answer } from '../wire.ts';
import { type BucketCall, authoriseBucket, authoriseObject, ownBucket } from './bucket.ts';
import { methodNotAllowed, noSuchKey, noSuchVersion } from './faults.ts';
import { retentionHeaders } from './object-lock.ts';
import type { Version } from './shelf.ts';

/** GetObject and HeadObject, of a version where the query names one. */
export const readObject = (call: BucketCall): Answer => {
  const { request } = call;
  const id = call.query.get('versionId');
  authoriseObject(call, id === null ? 's3:GetObject' : 's3:GetObjectVersion');
  const bucket = ownBucket(call);
  const store = call.storeOf(bucket);
  const version = id === null ? newest(call, store.newest(call.key)) : store.version(call.key, id);
  if (!version) throw noSuchVersion();
  if (version.marker) throw methodNotAllowed();
  const body = store.body(version);
  const checksum = request.headers.get('x-amz-checksum-mode') === 'ENABLED' ? version.checksum : undefined;
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': version.contentType,
    etag: version.etag,
    'last-modified': new Date(version.at).toUTCString(),
    'x-amz-server-side-encryption': 'AES256',
    ...(bucket.versioned === true && { 'x-amz-version-id': version.id }),
    ...retentionHeaders(version),
  };
  const range = readRange(request.headers.get('range'), body.length);
  if (!range) {
    const whole = { ...headers, ...(checksum && { [checksum.name]: checksum.value }) };
    return { status: 200, headers: { ...whole, 'content-length': String(body.length) }, body };
  }
  const part = body.subarray(range.from, range.to + 1);
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(part.length),
      'content-range': `bytes ${range.from}-${range.to}/${body.length}`,
    },
    body: part,
  };
};

const newest = (call: BucketCall, version: Version | undefined): Version => {
  if (version && !version.marker) return version;
  // Who may not list may not learn that a key does not exist.
  authoriseBucket(call, 's3:ListBucket');
  throw noSuchKey();
};

/** RFC 9110, 14.1.2, of one range; as S3 does, another unit or several ranges are no range at all. */
const readRange = (header: string | undefined, size: number): { from: number; to: number } | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from >= size || to < from) {
    throw new AwsFault(416, 'InvalidRange', 'The requested range is not satisfiable');
  }
  return { from, to };
};
