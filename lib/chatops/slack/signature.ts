import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../domain/principal.ts';
import { msOf } from '../../domain/time.ts';

/** Slack, "Verifying requests from Slack": older than five minutes may be a replay. In either direction: clocks may differ. */
export const WINDOW_SECONDS = 300;

const VERSION = 'v0';
const SIGNATURE = /^v0=[0-9a-f]{64}$/;
/** Whole seconds since 1970, of this century: no sign, no blanks, no leading zero. */
const TIMESTAMP = /^[1-9]\d{9}$/;

export type SignatureFault =
  | 'timestamp_missing'
  | 'timestamp_malformed'
  | 'stale'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_wrong';

/** A request as it came. */
export interface SignedRequest {
  /** Names in lower case; of a header that came twice the values are joined by a comma, which neither of ours has. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw body, before anybody parsed it; once decoded, where API Gateway sent it as base64. */
  readonly body: string;
}

export type VerifySlack = (request: SignedRequest, now: Instant) => SignatureFault | undefined;

/**
 * What checks that Slack sent a request: what is wrong with it, or undefined.
 * @param secrets the signing secrets in force, one, or two while they are changed; their text is the key, though it looks like hex
 * @throws TypeError where there is none, or one is empty: anybody could sign with it
 */
export const slackVerifier = (secrets: readonly string[]): VerifySlack => {
  if (secrets.length === 0) throw new TypeError('there is no signing secret');
  if (secrets.some((secret) => secret.trim() === '')) throw new TypeError('a signing secret is empty');
  return ({ headers, body }, now) => {
    const timestamp = headers['x-slack-request-timestamp'];
    const signature = headers['x-slack-signature'];
    if (timestamp === undefined) return 'timestamp_missing';
    if (signature === undefined) return 'signature_missing';
    if (!TIMESTAMP.test(timestamp)) return 'timestamp_malformed';
    if (!SIGNATURE.test(signature)) return 'signature_malformed';
    if (Math.abs(msOf(now) / 1000 - Number(timestamp)) > WINDOW_SECONDS) return 'stale';
    const given = Buffer.from(signature);
    // Each secret is tried, whichever fits: how long it takes says nothing.
    const fits = secrets.filter((secret) => timingSafeEqual(Buffer.from(signatureOf(secret, timestamp, body)), given));
    return fits.length > 0 ? undefined : 'signature_wrong';
  };
};

/** `v0=` and 64 hex digits. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `${VERSION}=${createHmac('sha256', secret).update(`${VERSION}:${timestamp}:${body}`).digest('hex')}`;
