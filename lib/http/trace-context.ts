/** Of a trace that the caller began, and the span of theirs that this call is part of. */
export interface TraceContext {
  readonly traceId?: string;
  readonly parentId?: string;
}

/** W3C Trace Context, 3.2.2: version 00 is these four and no more; a later one goes on behind a hyphen, if it does (4), and `ff` is none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|(?<!^00.*)-)/;

/**
 * What a `traceparent` header says, for the log alone: hexadecimal digits that whoever calls has chosen, and may have taken from somebody else. Empty where it is none,
 * all zeros among them (3.2.2.3, 3.2.2.4).
 */
export const traceContextOf = (traceparent: string | undefined): TraceContext => {
  const [, traceId = '', parentId = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId) ? { traceId, parentId } : {};
};
