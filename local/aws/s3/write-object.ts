import { AwsFault } from '../fault.ts';
import type { Answer } from '../wire.ts';
import { type BucketCall, authoriseObject, bypasses, ownBucket } from './bucket.ts';
import { checkedChecksum } from './checksums.ts';
import { unchunked } from './chunked-body.ts';
import { invalidRequest, methodNotAllowed, noSuchKey, noSuchVersion, notImplemented } from './faults.ts';
import { askedRetention, checkNotShorter, checkUnlocked, defaultRetention, retentionInBody } from './object-lock.ts';
import type { Version } from './shelf.ts';
import { DEFAULT_TYPE } from './store.ts';

/** S3 user guide, object key names: at most so many bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
/** What would be passed over in silence, and is no other operation's name. */
const NOT_KNOWN = ['x-amz-copy-source', 'if-match', 'x-amz-acl', 'x-amz-object-lock-legal-hold', 'x-amz-tagging'];

/** PutObject, in one piece. */
export const putObject = (call: BucketCall): Answer => {
  const { key, now } = call;
  const { headers } = call.request;
  const locks = headers.has('x-amz-object-lock-mode') || headers.has('x-amz-object-lock-retain-until-date');
  authoriseObject(call, 's3:PutObject', conditionsOfPut(headers));
  if (locks) authoriseObject(call, 's3:PutObjectRetention', conditionsOfPut(headers));
  const bucket = ownBucket(call);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new AwsFault(400, 'KeyTooLongError', 'Your key is too long');
  if (NOT_KNOWN.some((name) => headers.has(name))) throw notImplemented();
  const request = unchunked(call.request);
  const checksum = checkedChecksum(request);
  const retention = askedRetention(request, bucket, checksum, now) ?? defaultRetention(bucket, now);
  const store = call.storeOf(bucket);
  checkCondition(headers.get('if-none-match'), store.newest(key));
  const contentType = headers.get('content-type') ?? DEFAULT_TYPE;
  const version = store.put({ key, contentType, checksum, retention }, request.body, now);
  return {
    status: 200,
    headers: {
      etag: version.etag,
      'x-amz-server-side-encryption': 'AES256',
      ...(bucket.versioned === true && { 'x-amz-version-id': version.id }),
      ...(checksum && { [checksum.name]: checksum.value }),
    },
    body: '',
  };
};

/** Service authorization reference, Amazon S3: what policies can ask of a put. */
const conditionsOfPut = (headers: ReadonlyMap<string, string>): readonly (readonly [string, readonly string[]])[] => [
  ...one('s3:object-lock-mode', headers.get('x-amz-object-lock-mode')),
  ...one('s3:object-lock-retain-until-date', headers.get('x-amz-object-lock-retain-until-date')),
  ...one('s3:if-none-match', headers.get('if-none-match')),
  ...one('s3:x-amz-server-side-encryption', headers.get('x-amz-server-side-encryption')),
];

const one = (key: string, value: string | undefined): readonly (readonly [string, readonly string[]])[] =>
  value === undefined ? [] : [[key, [value]]];

/** S3 user guide, conditional writes: only `*`; a delete marker is nothing that is there. */
const checkCondition = (ifNoneMatch: string | undefined, there: Version | undefined): void => {
  if (ifNoneMatch === undefined) return;
  if (ifNoneMatch !== '*') throw notImplemented();
  if (there && !there.marker) {
    throw new AwsFault(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
};

/** DeleteObject: without a version a marker hides what is there; with one it goes, once nothing locks it. */
export const deleteObject = (call: BucketCall): Answer => {
  const { key, now } = call;
  const id = call.query.get('versionId');
  authoriseObject(call, id === null ? 's3:DeleteObject' : 's3:DeleteObjectVersion');
  const bucket = ownBucket(call);
  const store = call.storeOf(bucket);
  if (id === null) return deleted(store.hide(key, now));
  const version = store.version(key, id);
  if (!version) return deleted(undefined);
  checkUnlocked(version, bypasses(call), now);
  store.remove(version);
  return deleted(version);
};

const deleted = (version: Version | undefined): Answer => ({
  status: 204,
  headers: {
    ...(version && version.id !== 'null' && { 'x-amz-version-id': version.id }),
    ...(version?.marker === true && { 'x-amz-delete-marker': 'true' }),
  },
  body: '',
});

/** PutObjectRetention, of a version or the newest one. */
export const putRetention = (call: BucketCall): Answer => {
  const { request, now } = call;
  authoriseObject(call, 's3:PutObjectRetention');
  const version = lockable(call);
  checkedChecksum(request);
  const next = retentionInBody(request.body, now);
  checkNotShorter(version, next, bypasses(call), now);
  call.storeOf(ownBucket(call)).retain(version, next);
  return { status: 200, headers: {}, body: '' };
};

/** GetObjectRetention; 404 where there is none. */
export const getRetention = (call: BucketCall): { readonly mode: string; readonly until: string } => {
  authoriseObject(call, 's3:GetObjectRetention');
  const { retention } = lockable(call);
  if (!retention) {
    throw new AwsFault(
      404,
      'NoSuchObjectLockConfiguration',
      'The specified object does not have a ObjectLock configuration',
    );
  }
  return { mode: retention.mode, until: new Date(retention.until).toISOString() };
};

const lockable = (call: BucketCall): Version => {
  const bucket = ownBucket(call);
  if (!bucket.lock) throw invalidRequest('Bucket is missing Object Lock Configuration');
  const id = call.query.get('versionId');
  const store = call.storeOf(bucket);
  const version = id === null ? store.newest(call.key) : store.version(call.key, id);
  if (!version) throw id === null ? noSuchKey() : noSuchVersion();
  if (version.marker) throw methodNotAllowed();
  return version;
};
