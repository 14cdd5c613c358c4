import type { BadPlace } from './bad-place.ts';
import type { LastOfStreams } from './last-of-streams.ts';
import { type SoundLine, eventText } from './verify-line.ts';

/**
 * Holds one event of the log against the one before it in its stream, and keeps it for the next. The log has the event: what is wrong with it was
 * wrong when it came into the log, unless its text is gone or what stands beside it was altered.
 *
 * @returns undefined where all is well
 */
export const verifyOfStream = (
  streams: LastOfStreams,
  line: SoundLine,
): Pick<BadPlace, 'what' | 'sign' | 'stream' | 'seq'> | undefined => {
  const { stream, seq, hash, canonical } = line;
  const place = { stream, seq };
  const prev = streams.get(stream);
  const next = prev ? prev.seq + 1 : 0;
  if (canonical === undefined) {
    // Nothing proves of which stream it says it was; where that is not so, the stream itself has a gap.
    if (seq === next) streams.set(stream, { seq, hash, at: prev?.at ?? Number.NEGATIVE_INFINITY });
    return { what: 'dropped', sign: 'text', ...place };
  }
  const event = eventText(canonical);
  if (!event) return { what: 'altered', sign: 'canonical', ...place };
  if (event.stream !== stream || event.seq !== seq)
    return { what: 'altered', sign: 'line', stream: event.stream, seq: event.seq };
  if (seq > next) return { what: 'dropped', sign: 'chain', stream, seq: next };
  if (seq < next) return { what: 'added', sign: 'chain', ...place };
  const at = Date.parse(event.at);
  if (event.prevHash !== (prev?.hash ?? '') || (prev && at < prev.at))
    return { what: 'altered', sign: 'chain', ...place };
  streams.set(stream, { seq, hash, at });
  return undefined;
};
