import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { HatcheckError } from '../domain/errors.ts';

/** `ledger_unavailable`: nobody gets anything then. `reason` is for the operator and names no key. */
export const unavailable = (reason: string, cause: unknown): HatcheckError =>
  new HatcheckError({ code: 'ledger_unavailable', reason, retryAfterSeconds: 2 }, { cause });

/** What the call gives, or `ledger_unavailable`. */
export const orUnavailable = async <T>(reason: string, call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (cause) {
    throw unavailable(reason, cause);
  }
};

/** Whether a conditional write happened; `ledger_unavailable` when that cannot be said. */
export const wasWritten = async (reason: string, write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw unavailable(reason, cause);
  }
};
