import canonicalize from 'canonicalize';
import * as z from 'zod/mini';
import { hashCanonical } from '../chain.ts';
import type { EventPlace } from './bad-place.ts';

/** A line of an export, in its place. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What a line says, as far as it says anything; nothing of it was checked. */
export interface ToldLine extends Partial<EventPlace> {
  readonly index?: number;
  /** What the log should have for it: of its text, where that is there. */
  readonly hash?: string;
  readonly canonical?: string;
  /** Of the event before it in its stream. */
  readonly prevHash?: string;
}

const lineSchema = z.strictObject({
  index: z.int(),
  stream: z.string(),
  seq: z.int(),
  hash: z.string(),
  canonical: z.optional(z.string()),
});

const eventSchema = z.object({
  stream: z.string(),
  seq: z.int().check(z.minimum(0)),
  at: z.iso.datetime(),
  prevHash: z.string(),
});

/** What an event's text says of its place. */
export type EventText = z.infer<typeof eventSchema>;

/** A line that is letter for letter as an export writes it, and whose text has the hash that it says; nothing of it was held against the log. */
export interface SoundLine extends EventPlace {
  readonly index: number;
  readonly hash: string;
  /** Absent where it is gone. */
  readonly canonical?: string;
}

/** @returns undefined for any other line */
export const soundLine = (text: string): SoundLine | undefined => {
  const { success, data } = lineSchema.safeParse(jsonOf(text));
  if (!success) return undefined;
  const { index, stream, seq, hash, canonical } = data;
  // NB. a member that stands twice, or in another order, reads one way here and another elsewhere.
  if (JSON.stringify({ index, stream, seq, hash, canonical }) !== text) return undefined;
  if (canonical === undefined) return { index, stream, seq, hash };
  return hashCanonical(canonical) === hash ? { index, stream, seq, hash, canonical } : undefined;
};

/** What the text says of its place. @returns undefined when it is no event, or not in canonical JSON (RFC 8785) */
export const eventText = (canonical: string): EventText | undefined => {
  const parsed = jsonOf(canonical);
  const { success, data } = eventSchema.safeParse(parsed);
  return success && canonicalOrNone(parsed) === canonical ? data : undefined;
};

/** For saying what became of it: whatever the line is. */
export const toldLine = (text: string): ToldLine => {
  const { success, data } = looseLine.safeParse(jsonOf(text));
  if (!success) return {};
  const { canonical } = data;
  if (canonical === undefined) return told(data);
  return told({ ...data, ...toldEvent(canonical), hash: hashCanonical(canonical) });
};

/** What an event's text says of its place, as far as it says anything. */
export const toldEvent = (canonical: string): Partial<EventPlace> & Pick<ToldLine, 'prevHash'> => {
  const { success, data } = looseEvent.safeParse(jsonOf(canonical));
  return success ? told(data) : {};
};

const [maybeText, maybeCount] = [z.catch(z.optional(z.string()), undefined), z.catch(z.optional(z.int()), undefined)];
const place = { stream: maybeText, seq: maybeCount };
const looseLine = z.object({ ...place, index: maybeCount, hash: maybeText, canonical: maybeText });
const looseEvent = z.object({ ...place, prevHash: maybeText });

const told = (said: Readonly<Record<string, unknown>>): ToldLine =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const canonicalOrNone = (value: unknown): string | undefined => {
  try {
    return canonicalize(value);
  } catch {
    // A lone surrogate.
    return undefined;
  }
};
