import type { WireRequest } from '../wire.ts';
import type { Bucket } from '../world.ts';
import { type Checksum, hasChecksum } from './checksums.ts';
import { invalidArgument, invalidRequest, locked, malformedXml } from './faults.ts';
import type { Retention, Version } from './shelf.ts';

/** S3 user guide, Object Lock. */

const DAY_MS = 86_400_000;
const MODE = 'x-amz-object-lock-mode';
const UNTIL = 'x-amz-object-lock-retain-until-date';

/** What a put asks for by itself, or undefined. Throws an AwsFault for what S3 refuses. */
export const askedRetention = (
  request: WireRequest,
  bucket: Bucket,
  checksum: Checksum | undefined,
  now: Date,
): Retention | undefined => {
  const mode = request.headers.get(MODE);
  const until = request.headers.get(UNTIL);
  if (mode === undefined && until === undefined) return undefined;
  if (!bucket.lock) throw invalidRequest('Bucket is missing Object Lock Configuration');
  if (mode === undefined || until === undefined) {
    throw invalidArgument(`${UNTIL} and ${MODE} must both be supplied`);
  }
  if (!hasChecksum(request, checksum)) {
    throw invalidRequest(
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    );
  }
  return retentionOf(mode, until, now);
};

/** What the bucket gives to what is put without one. */
export const defaultRetention = ({ lock }: Bucket, now: Date): Retention | undefined =>
  lock?.byDefault && { mode: lock.byDefault.mode, until: now.getTime() + lock.byDefault.days * DAY_MS };

/** The body of PutObjectRetention. */
export const retentionInBody = (body: Buffer, now: Date): Retention => {
  const member = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<>&]{1,64})</${name}>`).exec(body.toString())?.[1];
  const [mode, until] = [member('Mode'), member('RetainUntilDate')];
  if (mode === undefined || until === undefined) throw malformedXml();
  return retentionOf(mode, until, now);
};

const retentionOf = (mode: string, until: string, now: Date): Retention => {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw invalidArgument('Unknown wormMode directive');
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(until) ? Date.parse(until) : NaN;
  if (Number.isNaN(at)) throw invalidArgument('The retain until date must be provided in ISO 8601 format');
  if (at <= now.getTime()) throw invalidArgument('The retain until date must be in the future!');
  return { mode, until: at };
};

/**
 * Throws 403 where a version may not be deleted yet. `bypass`: the caller asked to, and may, which counts for GOVERNANCE only; COMPLIANCE
 * holds for everybody.
 */
export const checkUnlocked = ({ retention }: Version, bypass: boolean, now: Date): void => {
  if (retention === undefined || retention.until <= now.getTime()) return;
  if (retention.mode === 'GOVERNANCE' && bypass) return;
  throw locked();
};

/** Throws 403 where `next` would hold less than what holds now. */
export const checkNotShorter = (version: Version, next: Retention, bypass: boolean, now: Date): void => {
  const { retention } = version;
  const weaker = retention?.mode === 'COMPLIANCE' && next.mode !== 'COMPLIANCE';
  if (retention && (weaker || next.until < retention.until)) checkUnlocked(version, bypass, now);
};

/** As answers carry it. */
export const retentionHeaders = ({ retention }: Version): Readonly<Record<string, string>> =>
  retention ? { [MODE]: retention.mode, [UNTIL]: new Date(retention.until).toISOString() } : {};
