import { createHash } from 'node:crypto';
import { AwsFault } from '../fault.ts';
import { authorise } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';
import type { Bucket } from '../world.ts';
import { xmlDocument } from '../xml.ts';
import type { XmlElements } from '../xml.ts';
import { entityTag, listObjects } from './list-objects.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Buckets and objects were always there. */
const CREATED = '2026-01-01T00:00:00.000Z';

/** S3 ARNs name neither region nor account. */
function s3Arn(partition: string, resource: string): string {
  return `arn:${partition}:s3:::${resource}`;
}

function listBuckets(call: ServiceCall): Answer {
  const { role, world } = call;
  // The list of all buckets is about no resource that could be named.
  authorise(call, 's3:ListAllMyBuckets', s3Arn(role.partition, '*'), { shownAs: '*' });
  const buckets = world.bucketsOf(role.account).map(({ name }) => ({ Name: name, CreationDate: CREATED }));
  const owner = { ID: createHash('sha256').update(role.account).digest('hex') };
  return xmlAnswer(
    200,
    xmlDocument('ListAllMyBucketsResult', { Owner: owner, Buckets: { Bucket: buckets } }, NAMESPACE),
  );
}

/** Another account's bucket is refused in the same words whether it exists or not. */
function ownBucket(call: ServiceCall, name: string): Bucket {
  const bucket = call.world.bucketsOf(call.role.account).find((one) => one.name === name);
  if (!bucket) throw new AwsFault(404, 'NoSuchBucket', 'The specified bucket does not exist');
  return bucket;
}

function readBucket(call: ServiceCall, bucketName: string): Answer {
  const { request, role } = call;
  const query = new URLSearchParams(request.query);
  const prefix = query.get('prefix') ?? '';
  authorise(call, 's3:ListBucket', s3Arn(role.partition, bucketName), { more: [['s3:prefix', [prefix]]] });
  const bucket = ownBucket(call, bucketName);
  if (request.method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': call.region }, body: '' };
  if (query.get('list-type') !== '2') throw notImplemented();
  return xmlAnswer(200, xmlDocument('ListBucketResult', listObjects(bucket, query, CREATED), NAMESPACE));
}

function getObject(call: ServiceCall, bucketName: string, key: string): Answer {
  authorise(call, 's3:GetObject', s3Arn(call.role.partition, `${bucketName}/${key}`));
  const content = Object.entries(ownBucket(call, bucketName).objects).find(([name]) => name === key)?.[1];
  if (content === undefined) {
    // Who may not list may not learn that a key does not exist.
    authorise(call, 's3:ListBucket', s3Arn(call.role.partition, bucketName));
    throw new AwsFault(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  const body = Buffer.from(content);
  const headers = {
    'content-type': 'binary/octet-stream',
    'content-length': String(body.length),
    etag: entityTag(body),
    'last-modified': new Date(CREATED).toUTCString(),
  };
  return { status: 200, headers, body };
}

function notImplemented(): AwsFault {
  return new AwsFault(
    501,
    'NotImplemented',
    'A header or query you provided implies functionality that is not implemented.',
  );
}

function answer(call: ServiceCall): Answer {
  const { method, path } = call.request;
  if (method !== 'GET' && method !== 'HEAD') {
    throw new AwsFault(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  const { bucket, key } = readPath(path);
  call.notes.action = bucket === '' ? 's3:ListAllMyBuckets' : key === '' ? 's3:ListBucket' : 's3:GetObject';
  if (bucket === '') return listBuckets(call);
  return key === '' ? readBucket(call, bucket) : getObject(call, bucket, key);
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

/** S3, path style, as far as listing and reading go: something to be allowed or denied. */
export const s3: Service = {
  skewSeconds: 900,
  signatureFaults: {
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
  },
  answer: (call) => Promise.resolve(answer(call)),
  renderFault: (fault, requestId) => {
    const content: XmlElements = { Code: fault.code, Message: fault.message, RequestId: requestId };
    return xmlAnswer(fault.status, xmlDocument('Error', content));
  },
};
