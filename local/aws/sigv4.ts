import { createHash, createHmac } from 'node:crypto';
import { sameText } from './session.ts';
import type { RoleSession, SessionIssuer } from './session.ts';
import type { WireRequest } from './wire.ts';

/** What the Authorization header says, not yet verified. */
export interface UnverifiedAuthorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Why a signature was not accepted; each service has its own code and words for it. */
export type SignatureFault =
  | 'missing_token'
  | 'incomplete_signature'
  | 'invalid_token'
  | 'expired_token'
  | 'outside_time'
  | 'wrong_body_hash'
  | 'mismatch';

export type Verification = { readonly session: RoleSession } | { readonly fault: SignatureFault };

/** S3's name for a body that is under no signature, and whose checksum comes behind it. */
export const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

const CREDENTIAL = /^([A-Z0-9]{16,128})\/(\d{8})\/([a-z]{2}(?:-[a-z]+)+-\d)\/([a-z0-9-]+)\/aws4_request$/;

/** Takes a SigV4 Authorization header apart. undefined when there is none; a fault when it is not complete. */
export function readAuthorization(request: WireRequest): UnverifiedAuthorization | SignatureFault {
  const header = request.headers.get('authorization');
  if (header === undefined) return 'missing_token';
  const [algorithm, ...rest] = header.split(' ');
  if (algorithm !== 'AWS4-HMAC-SHA256') return 'incomplete_signature';
  const fields = new Map(
    rest
      .join(' ')
      .split(/\s*,\s*/)
      .map(splitAtEquals),
  );
  const [, accessKeyId, date, region, service] = CREDENTIAL.exec(fields.get('Credential') ?? '') ?? [];
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';');
  const signature = fields.get('Signature') ?? '';
  if (!accessKeyId || !date || !region || !service || !/^[0-9a-f]{64}$/.test(signature)) return 'incomplete_signature';
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

function splitAtEquals(field: string): [string, string] {
  const equals = field.indexOf('=');
  return [field.slice(0, equals), field.slice(equals + 1)];
}

/**
 * Verifies a header-signed request: the session token is ours, belongs to the access key id and has not expired, the
 * time is within `skewSeconds`, the body is the one that was signed (or one that S3 takes without), and so is everything that the service reads.
 */
export function verifySignature(
  request: WireRequest,
  authorization: UnverifiedAuthorization,
  issuer: SessionIssuer,
  now: Date,
  skewSeconds: number,
): Verification {
  const { headers } = request;
  const amzDate = headers.get('x-amz-date') ?? '';
  const signedAt = parseAmzDate(amzDate);
  if (Number.isNaN(signedAt) || !coversWhatIsRead(headers, authorization)) return { fault: 'incomplete_signature' };
  const session = issuer.read(headers.get('x-amz-security-token') ?? '');
  if (session?.accessKeyId !== authorization.accessKeyId) return { fault: 'invalid_token' };
  if (!amzDate.startsWith(authorization.date)) return { fault: 'mismatch' };
  if (Math.abs(now.getTime() - signedAt) > skewSeconds * 1000) return { fault: 'outside_time' };
  const declaredHash = headers.get('x-amz-content-sha256');
  const isUnsigned = authorization.service === 's3' && declaredHash === UNSIGNED_TRAILER;
  const bodyHash = isUnsigned ? UNSIGNED_TRAILER : sha256(request.body);
  if (authorization.service === 's3' && declaredHash !== bodyHash) return { fault: 'wrong_body_hash' };
  const expected = signatureOf(request, authorization, amzDate, bodyHash, issuer.secretOf(session.accessKeyId));
  if (!sameText(expected, authorization.signature)) return { fault: 'mismatch' };
  return now.getTime() < session.expiresAt ? { session } : { fault: 'expired_token' };
}

/** An unsigned x-amz header would be somebody else's words; so would an unsigned Host. */
function coversWhatIsRead(headers: WireRequest['headers'], authorization: UnverifiedAuthorization): boolean {
  const signed = new Set(authorization.signedHeaders);
  if (!signed.has('host')) return false;
  if (authorization.signedHeaders.some((name) => !headers.has(name))) return false;
  return [...headers.keys()].every((name) => !name.startsWith('x-amz-') || signed.has(name));
}

/** Epoch milliseconds of `20261122T101500Z`, NaN for anything else. */
function parseAmzDate(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return NaN;
  const [, year = '', month = '', day = '', hours = '', minutes = '', seconds = ''] = parts;
  return Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
}

function signatureOf(
  request: WireRequest,
  authorization: UnverifiedAuthorization,
  amzDate: string,
  bodyHash: string,
  secret: string,
): string {
  const { date, region, service } = authorization;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const canonical = canonicalRequest(request, authorization, bodyHash);
  const toSign = ['AWS4-HMAC-SHA256', amzDate, scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function canonicalRequest(request: WireRequest, authorization: UnverifiedAuthorization, bodyHash: string): string {
  const { signedHeaders, service } = authorization;
  // S3 signs the path as it is sent; every other service encodes it a second time.
  const path = service === 's3' ? request.path : request.path.split('/').map(encode).join('/');
  const headers = signedHeaders.map((name) => `${name}:${tidy(request.headers.get(name) ?? '')}\n`).join('');
  return [request.method, path, canonicalQuery(request.query), headers, signedHeaders.join(';'), bodyHash].join('\n');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    return `${encode(decode(name))}=${encode(decode(value))}`;
  });
  return pairs.sort().join('&');
}

function tidy(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded as it should be: leave it, the signature will not match.
    return text;
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
