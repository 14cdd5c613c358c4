import type { RequestView } from '../api/calls.ts';
import { instantOf } from '../ask/draft.ts';

/** What is decided on now: the request, or the more time that is asked for on its grant. */
export interface Pending {
  readonly what: 'request' | 'extension';
  /** The most that there is to say yes to. */
  readonly seconds: number;
}

export const pendingOf = ({ status, durationSeconds, extension }: RequestView): Pending =>
  status !== 'pending' && extension?.status === 'pending'
    ? { what: 'extension', seconds: extension.durationSeconds }
    : { what: 'request', seconds: durationSeconds };

/** A yes that is being written. */
export interface Yes {
  readonly seconds: number;
  /** As a `datetime-local` input has it, in the reader's time zone; empty is as asked. */
  readonly startAt: string;
  readonly comment: string;
  /** To everything that was asked for together with it, too. */
  readonly bundle: boolean;
}

export const plainYes = ({ seconds }: Pending): Yes => ({ seconds, startAt: '', comment: '', bundle: false });

/**
 * What is sent. A page may be older than the request: `seq` binds the yes to what was shown, and what is not less or later than asked is
 * left to be as asked.
 */
export const approvalOf = ({ what, seconds }: Pending, yes: Yes, seq: number): object => {
  const startAt = what === 'request' ? instantOf(yes.startAt) : undefined;
  return {
    seq,
    ...(yes.seconds < seconds ? { durationSeconds: yes.seconds } : {}),
    ...(startAt === undefined ? {} : { startAt }),
    ...(yes.comment.trim() === '' ? {} : { comment: yes.comment }),
    ...(yes.bundle ? { bundle: true } : {}),
  };
};

/** What a browser kept of a yes, or nothing where it is none, or no longer fits. */
export const yesFrom = (kept: string | undefined, { seconds: most }: Pending): Yes | undefined => {
  const read = parsed(kept);
  if (typeof read !== 'object' || read === null) return undefined;
  const { seconds, startAt, comment, bundle } = read as Readonly<Record<keyof Yes, unknown>>;
  return typeof seconds === 'number' &&
    seconds <= most &&
    typeof startAt === 'string' &&
    typeof comment === 'string' &&
    typeof bundle === 'boolean'
    ? { seconds, startAt, comment, bundle }
    : undefined;
};

const parsed = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};
