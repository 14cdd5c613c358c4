import type { Tampering } from '../first-bad.ts';
import type { BadPlace, EventPlace } from './bad-place.ts';
import type { Leaves } from './exported-checkpoint.ts';
import { type Line, type ToldLine, toldLine } from './verify-line.ts';

/** What is known of two sequences at the first place where they differ. */
export interface Differing {
  /** Whether something should stand there, and whether something stands there. */
  readonly isWanted: boolean;
  readonly isFound: boolean;
  /** What should stand there stands further on. */
  readonly wantedFollows: boolean;
  /** What stands there should stand further on. */
  readonly foundBelongs: boolean;
  /** What stands there stands once more further on. */
  readonly foundFollows: boolean;
}

/** What became of the sequence at that place. Total: whatever is known has a name. */
export const tamperingOf = (of: Differing): Tampering => {
  if (!of.isWanted) return 'added';
  if (!of.isFound) return of.wantedFollows ? 'reordered' : 'dropped';
  if (of.wantedFollows) return of.foundBelongs && !of.foundFollows ? 'reordered' : 'added';
  return of.foundBelongs && !of.foundFollows ? 'dropped' : 'altered';
};

/** What stands in an export beyond some place: the hashes that should be there, and the lines that are. */
export interface Beyond {
  readonly leaves?: Leaves;
  readonly lines: () => AsyncIterable<Line>;
}

interface Differs {
  /** base64url, what the log has there. */
  readonly wanted: string | undefined;
  readonly found: Line | undefined;
  readonly beyond: () => AsyncIterable<Beyond>;
}

/** Names the first line that is not what the log has there. Reads on, to the end of the export if need be. */
export const differingLine = async ({
  wanted,
  found,
  beyond,
}: Differs): Promise<Pick<BadPlace, 'what' | 'sign' | 'stream' | 'seq'>> => {
  const told: ToldLine = found ? toldLine(found.text) : {};
  if (wanted !== undefined && told.hash === wanted) return { what: 'altered', sign: 'line', ...placeOf(told) };
  const ahead = await lookAhead(beyond(), wanted, told.hash);
  const what = tamperingOf({
    ...{ isWanted: wanted !== undefined, isFound: found !== undefined },
    ...{ wantedFollows: ahead.stands !== undefined },
    ...{ foundBelongs: ahead.foundBelongs, foundFollows: ahead.foundFollows },
  });
  const ofWanted = ahead.stands ?? placeBefore(told, wanted) ?? ahead.before;
  const isAboutFound = what === 'added' || (what === 'altered' && ofWanted === undefined);
  return { what, sign: 'content', ...placeOf(isAboutFound ? told : (ofWanted ?? {})) };
};

/** NB. nothing proves it where only the line says so. */
const placeOf = ({ stream, seq }: Partial<EventPlace>): Partial<EventPlace> => ({
  ...(stream === undefined ? {} : { stream }),
  ...(seq === undefined ? {} : { seq }),
});

interface Ahead {
  /** What the line says of its place that has what is wanted. */
  readonly stands?: Partial<EventPlace>;
  /** Of the event that says it continues what is wanted: the place before it. */
  readonly before?: EventPlace;
  readonly foundBelongs: boolean;
  readonly foundFollows: boolean;
}

const lookAhead = async (
  beyond: AsyncIterable<Beyond>,
  wanted: string | undefined,
  found: string | undefined,
): Promise<Ahead> => {
  let [foundBelongs, foundFollows] = [false, false];
  let stands: Partial<EventPlace> | undefined;
  let before: EventPlace | undefined;
  for await (const { leaves, lines } of beyond) {
    foundBelongs ||= found !== undefined && leaves !== undefined && has(leaves, found);
    for await (const { text } of lines()) {
      const told = toldLine(text);
      foundFollows ||= told.hash !== undefined && told.hash === found;
      if (wanted === undefined) continue;
      if (told.hash === wanted) stands ??= placeOf(told);
      before ??= placeBefore(told, wanted);
    }
  }
  return { ...(stands ? { stands } : {}), ...(before ? { before } : {}), foundBelongs, foundFollows };
};

/** Of the event of that hash, if this is the one that continues it. */
const placeBefore = ({ stream, seq, prevHash }: ToldLine, hash: string | undefined): EventPlace | undefined =>
  hash === undefined || prevHash !== hash || stream === undefined || seq === undefined
    ? undefined
    : { stream, seq: seq - 1 };

const has = (leaves: Leaves, hash: string): boolean => {
  for (let index = 0; index < leaves.length; index += 1) if (leaves.at(index) === hash) return true;
  return false;
};
