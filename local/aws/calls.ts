/** One answered request, for tests and for whoever wonders why something was denied. Holds no secrets. */
export interface CallRecord {
  readonly at: string;
  readonly requestId: string;
  readonly service: string;
  /** As in policies, `sts:AssumeRole`. */
  readonly action: string;
  /** ARN of the role session; null when nobody could be verified. */
  readonly principal: string | null;
  readonly resource?: string;
  /** `denied` is authorisation's no; `failed` any other error. */
  readonly decision: 'allowed' | 'denied' | 'failed';
  /** The error's code. */
  readonly code?: string;
  /** Which policy and statement decided. The client is not told as much. */
  readonly reason?: string;
}

/** Adds a record and drops the oldest ones beyond `limit`. */
export function keepCall(calls: CallRecord[], record: CallRecord, limit: number): void {
  calls.push(record);
  // Shifting in blocks keeps the cost of a call constant under load.
  if (calls.length >= limit * 2) calls.splice(0, calls.length - limit);
}

/** Whether an error code means that somebody was not allowed to. */
export function isDenial(code: string): boolean {
  return code === 'AccessDenied' || code === 'AccessDeniedException';
}
