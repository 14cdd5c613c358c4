import { createHash } from 'node:crypto';
import { AwsFault } from '../fault.ts';
import { authorise } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';
import type { Bucket } from '../world.ts';
import { xmlDocument } from '../xml.ts';
import type { XmlElements } from '../xml.ts';
import { type BucketCall, authoriseBucket, ownBucket, s3Arn } from './bucket.ts';
import { methodNotAllowed, notImplemented } from './faults.ts';
import { listObjects, listVersions } from './list-objects.ts';
import { readObject } from './read-object.ts';
import { type Store, openStore } from './store.ts';
import { deleteObject, getRetention, putObject, putRetention } from './write-object.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Buckets, and the objects that they have at the start, were always there. */
const CREATED = new Date('2026-01-01T00:00:00.000Z');

function listBuckets(call: ServiceCall): Answer {
  const { role, world } = call;
  // The list of all buckets is about no resource that could be named.
  authorise(call, 's3:ListAllMyBuckets', s3Arn(role.partition, '*'), { shownAs: '*' });
  const buckets = world
    .bucketsOf(role.account)
    .map(({ name }) => ({ Name: name, CreationDate: CREATED.toISOString() }));
  const owner = { ID: createHash('sha256').update(role.account).digest('hex') };
  return document('ListAllMyBucketsResult', { Owner: owner, Buckets: { Bucket: buckets } });
}

function headBucket(call: BucketCall): Answer {
  authoriseBucket(call, 's3:ListBucket');
  ownBucket(call);
  return { status: 200, headers: { 'x-amz-bucket-region': call.region }, body: '' };
}

function listBucket(call: BucketCall): Answer {
  authoriseBucket(call, 's3:ListBucket', [['s3:prefix', [call.query.get('prefix') ?? '']]]);
  const bucket = ownBucket(call);
  if (call.query.get('list-type') !== '2') throw notImplemented();
  return document('ListBucketResult', listObjects(bucket, call.storeOf(bucket).live(), call.query));
}

function listBucketVersions(call: BucketCall): Answer {
  authoriseBucket(call, 's3:ListBucketVersions', [['s3:prefix', [call.query.get('prefix') ?? '']]]);
  const bucket = ownBucket(call);
  return document('ListVersionsResult', listVersions(bucket, call.storeOf(bucket).all(), call.query));
}

function getVersioning(call: BucketCall): Answer {
  authoriseBucket(call, 's3:GetBucketVersioning');
  const Status = ownBucket(call).versioned === true ? 'Enabled' : undefined;
  return document('VersioningConfiguration', { Status });
}

function getLockConfiguration(call: BucketCall): Answer {
  authoriseBucket(call, 's3:GetBucketObjectLockConfiguration');
  const { lock } = ownBucket(call);
  if (!lock) {
    const message = 'Object Lock configuration does not exist for this bucket';
    throw new AwsFault(404, 'ObjectLockConfigurationNotFoundError', message);
  }
  const rule = lock.byDefault && { DefaultRetention: { Mode: lock.byDefault.mode, Days: lock.byDefault.days } };
  return document('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled', Rule: rule });
}

/** By method, what it is asked of, and the member of the query that makes it another operation than the plain one. */
const OPERATIONS: Readonly<Record<string, readonly [action: string, (call: BucketCall) => Answer]>> = {
  'HEAD bucket': ['s3:ListBucket', headBucket],
  'GET bucket': ['s3:ListBucket', listBucket],
  'GET bucket versions': ['s3:ListBucketVersions', listBucketVersions],
  'GET bucket versioning': ['s3:GetBucketVersioning', getVersioning],
  'GET bucket object-lock': ['s3:GetBucketObjectLockConfiguration', getLockConfiguration],
  'HEAD object': ['s3:GetObject', readObject],
  'GET object': ['s3:GetObject', readObject],
  'PUT object': ['s3:PutObject', putObject],
  'DELETE object': ['s3:DeleteObject', deleteObject],
  'PUT object retention': ['s3:PutObjectRetention', putRetention],
  'GET object retention': [
    's3:GetObjectRetention',
    (call) => {
      const { mode, until } = getRetention(call);
      return document('Retention', { Mode: mode, RetainUntilDate: until });
    },
  ],
};

/** S3 API reference: a member without a value names another operation; these belong to several. */
const PARAMETERS: ReadonlySet<string> = new Set([
  ...['list-type', 'prefix', 'delimiter', 'encoding-type', 'max-keys', 'continuation-token', 'start-after'],
  ...['fetch-owner', 'versionId', 'x-id', 'marker', 'partNumber'],
]);

function answer(call: ServiceCall, storeOf: BucketCall['storeOf']): Answer {
  const { method, path } = call.request;
  const query = new URLSearchParams(call.request.query);
  const { bucket, key } = readPath(path);
  if (bucket === '') {
    call.notes.action = 's3:ListAllMyBuckets';
    if (method !== 'GET') throw methodNotAllowed();
    return listBuckets(call);
  }
  const also = [...query.keys()].filter((name) => !PARAMETERS.has(name));
  const operation = OPERATIONS[[method, key === '' ? 'bucket' : 'object', ...also].join(' ')];
  if (!operation) throw also.length > 0 ? notImplemented() : methodNotAllowed();
  const [action, run] = operation;
  call.notes.action = action;
  return run({ ...call, bucketName: bucket, key, query, storeOf });
}

function readPath(path: string): { bucket: string; key: string } {
  const [, bucket = '', ...key] = path.split('/');
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key.join('/')) };
  } catch {
    throw new AwsFault(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

function xmlAnswer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function document(root: string, content: XmlElements): Answer {
  return xmlAnswer(200, xmlDocument(root, content, NAMESPACE));
}

/**
 * S3, path style: listing, reading, writing in one piece, versions and Object Lock, by policies of the caller and of the bucket. What else a
 * request asks for is refused rather than passed over.
 */
export const createS3 = (): Service => {
  const stores = new Map<Bucket, Store>();
  const storeOf = (bucket: Bucket): Store => {
    const store = stores.get(bucket) ?? openStore(bucket, CREATED);
    stores.set(bucket, store);
    return store;
  };
  return {
    skewSeconds: 900,
    signatureFaults: SIGNATURE_FAULTS,
    answer: (call) => Promise.resolve().then(() => answer(call, storeOf)),
    renderFault: (fault, requestId) => {
      const content: XmlElements = { Code: fault.code, Message: fault.message, RequestId: requestId };
      return xmlAnswer(fault.status, xmlDocument('Error', content));
    },
  };
};

const SIGNATURE_FAULTS: Service['signatureFaults'] = {
  missing_token: new AwsFault(403, 'AccessDenied', 'Access Denied'),
  incomplete_signature: new AwsFault(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.'),
  invalid_token: new AwsFault(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.'),
  expired_token: new AwsFault(400, 'ExpiredToken', 'The provided token has expired.'),
  outside_time: new AwsFault(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  ),
  wrong_body_hash: new AwsFault(
    400,
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ),
  mismatch: new AwsFault(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided.',
  ),
};
