import { instantMs, member, text } from './json.ts';

/** What the AWS CLI and the SDKs read from a `credential_process`. */
export interface ProcessCredentials {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

/** Credentials as they are kept from one command to the next. */
export interface Kept {
  readonly credentials: ProcessCredentials;
  readonly issuedAtMs: number;
  /** When later ones were asked for in vain. */
  readonly askedAtMs?: number;
}

/**
 * Fetched anew when a quarter of their time is left, at least a minute of it and at most ten: an SDK that keeps them asks from then on at each
 * of its calls.
 */
const MARGIN = { share: 1 / 4, leastMs: 60_000, mostMs: 600_000 };

/** Not asked for again so soon where there were none. */
const ASK_AGAIN_MS = 30_000;

export const remainingMs = ({ credentials }: Kept, nowMs: number): number => Date.parse(credentials.Expiration) - nowMs;

/** Whether later ones should be asked for. */
export const isDue = (kept: Kept, nowMs: number): boolean => {
  const wholeMs = Date.parse(kept.credentials.Expiration) - kept.issuedAtMs;
  const marginMs = Math.max(MARGIN.leastMs, Math.min(MARGIN.mostMs, wholeMs * MARGIN.share));
  const remaining = remainingMs(kept, nowMs);
  return remaining <= marginMs && !(remaining > 0 && wasJustAsked(kept, nowMs));
};

const wasJustAsked = ({ askedAtMs = -Infinity }: Kept, nowMs: number): boolean =>
  Math.abs(nowMs - askedAtMs) < ASK_AGAIN_MS;

export const keptIn = (stored: unknown): Kept | undefined => {
  const credentials = credentialsIn(member(stored, 'credentials'));
  const [issuedAtMs, askedAtMs] = [member(stored, 'issuedAtMs'), member(stored, 'askedAtMs')];
  if (!credentials || typeof issuedAtMs !== 'number') return undefined;
  return { credentials, issuedAtMs, ...(typeof askedAtMs === 'number' ? { askedAtMs } : {}) };
};

/** As they go into a shell's words, too. */
const WORD = /^[\x21-\x7e]{1,8192}$/;

export const credentialsIn = (value: unknown): ProcessCredentials | undefined => {
  const words = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) => text(value, name));
  const [AccessKeyId, SecretAccessKey, SessionToken] = words.map((word) => (WORD.test(word ?? '') ? word : undefined));
  const expiration = instantMs(value, 'Expiration');
  if (member(value, 'Version') !== 1 || !AccessKeyId || !SecretAccessKey || !SessionToken || expiration === undefined)
    return undefined;
  return { Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration: new Date(expiration).toISOString() };
};
