import type { BoundedRole } from '../domain/boundary.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import type { Handle } from '../domain/principal.ts';
import { fold } from '../domain/request.ts';
import { deniedSince, sessionsOverAt } from '../domain/sessions-out.ts';
import { type BoundaryNow, readBoundary, withOverwritten } from './boundary-text.ts';
import { type Patience, requestStream } from './broker.ts';
import { type Denied, type Outcome, type Plan, planDenies } from './denies.ts';
import type { Clock, Ledger } from './ports.ts';

/** The permissions boundaries of the roles that are lent. Each error is a HatcheckError `aws_unavailable`. */
export interface Boundaries {
  /** The default version, as IAM shows it. Also fails when the role does not carry the boundary: no deny would hit anybody. */
  read(role: BoundedRole): Promise<{ readonly versionId: string; readonly text: string }>;
  /** A version, whether it is the default one or not; undefined where IAM does not show it. */
  version(role: BoundedRole, versionId: string): Promise<string | undefined>;
  /** Writes a version and makes it the default one, and drops the oldest to make room. @returns its id: `v` and one more than the latest's */
  write(role: BoundedRole, text: string): Promise<string>;
}

export interface SessionsEnder {
  readonly ledger: Pick<Ledger, 'read'>;
  readonly boundaries: Boundaries;
  readonly clock: Clock;
  /** Tells the operator: everybody's sessions of the role are ended, since the single ones are too many. */
  readonly overflowed: (role: BoundedRole, requests: number) => void;
  /** The same of one person's, who has so many that others would have no room. */
  readonly crowded: (role: BoundedRole, handle: Handle, requests: number) => void;
}

/** IAM may show a write after some seconds only; whoever calls has half a minute. */
const TRIES = 20;
const PAUSE_MS = 500;

/** Another try is not begun with less time than this. */
const ENOUGH_MS = 5_000;

/** IAM stores five versions: besides the one that we read and the one that we wrote, so many. */
const MOST_OVERWRITTEN = 3;

/**
 * Ends the sessions of revoked requests that are out on a role: writes the whole boundary anew from what the ledger says of these requests
 * and of those that the boundary names, until IAM shows it. Nobody else may write the same role's meanwhile.
 *
 * @returns what became of each; what the ledger does not say is revoked is not in it. An `unread` one is to be tried again.
 * @throws HatcheckError `aws_unavailable`: to be tried again, whole.
 */
export const endSessions = async (
  ender: SessionsEnder,
  role: BoundedRole,
  requestIds: readonly string[],
  patience: Patience,
): Promise<ReadonlyMap<string, Outcome>> => {
  const { boundaries, clock } = ender;
  let written = 0;
  let leftToPerson: ReadonlySet<string> = new Set();
  let unread: readonly number[] = [];
  let overwritten: readonly BoundaryNow[] = [];
  for (let tries = 0; tries < TRIES && patience.remainingMs() >= ENOUGH_MS; tries += 1) {
    const { versionId, text } = await boundaries.read(role);
    const late = await readVersions(boundaries, role, unread);
    unread = unread.filter((number) => !late.has(number));
    overwritten = [...overwritten, ...late.values()];
    const now = withOverwritten(readBoundary(text), overwritten);
    const found = await factsOf(ender, role, [...now.ended.requestIds, ...requestIds]);
    const plan = planDenies({ role, ...now, found, leftToPerson, now: clock.now() });
    if (!plan) throw unwritten(role, 'leaves no room for a deny');
    leftToPerson = new Set([...leftToPerson, ...[...plan.crowded.values()].flat()]);
    const wanted = JSON.stringify(plan.document);
    const isShown = JSON.stringify(JSON.parse(text)) === wanted;
    if (isShown && unread.length === 0) return plan.outcomes;
    const shown = numberOf(versionId);
    // Where IAM still shows a version before the one that we wrote, it is only behind.
    const isCurrent = async () => shown >= written && (await boundaries.read(role)).versionId === versionId;
    if (!isShown && (late.size > 0 || (await isCurrent()))) {
      const last = Math.max(shown, written);
      tellWhatIsShared(ender, role, plan);
      written = numberOf(await boundaries.write(role, wanted));
      unread = [...unread, ...between(last, written)];
    }
    await clock.pause(PAUSE_MS);
  }
  throw unwritten(role, 'does not show what was written');
};

const numberOf = (versionId: string): number => Number(versionId.slice(1));

/** Versions that we wrote over without having seen them: IAM showed us one before them. */
const between = (last: number, written: number): readonly number[] =>
  Array.from({ length: MOST_OVERWRITTEN }, (_, at) => written - MOST_OVERWRITTEN + at).filter((each) => each > last);

const readVersions = async (
  boundaries: Boundaries,
  role: BoundedRole,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, BoundaryNow>> => {
  const found = new Map<number, BoundaryNow>();
  for (const number of numbers) {
    const text = await boundaries.version(role, `v${number}`);
    if (text !== undefined) found.set(number, readBoundary(text));
  }
  return found;
};

/** What there is to tell of a plan before it is written. */
const tellWhatIsShared = ({ overflowed, crowded }: SessionsEnder, role: BoundedRole, plan: Plan): void => {
  if (plan.overflow !== undefined) overflowed(role, plan.overflow);
  for (const [handle, requestIds] of plan.crowded) crowded(role, handle, requestIds.length);
};

type Facts = ReadonlyMap<string, Denied | 'unread'>;

const factsOf = async (
  { ledger }: SessionsEnder,
  { roleArn }: BoundedRole,
  requestIds: readonly string[],
): Promise<Facts> => {
  const found = new Map<string, Denied | 'unread'>();
  // One after the other: there are some hundreds at the most, and the ledger is everybody's.
  for (const id of new Set(requestIds)) {
    const events = await orUnread(ledger.read(requestStream(id)));
    const fact = events === 'unread' ? events : factOf(events, roleArn);
    if (fact) found.set(id, fact);
  }
  return found;
};

/** NB. One stream that was tampered with must not keep the others' sessions alive. */
const orUnread = async <T>(read: Promise<T>): Promise<T | 'unread'> => {
  try {
    return await read;
  } catch (error) {
    if (error instanceof HatcheckError) return 'unread';
    throw error;
  }
};

const factOf = (events: readonly StoredEvent[], roleArn: string): Denied | undefined => {
  const request = fold(events);
  const since = request?.snapshot.roleArn === roleArn ? deniedSince(request) : undefined;
  if (!request || since === undefined) return undefined;
  const overAt = sessionsOverAt(request, since);
  return {
    ...{ requester: request.requester, since },
    ...(overAt === undefined ? {} : { overAt }),
    ...(request.sessionsEnded ? { shownAt: request.sessionsEnded.at } : {}),
  };
};

const unwritten = ({ roleArn }: BoundedRole, what: string): HatcheckError =>
  new HatcheckError({ code: 'aws_unavailable', reason: `the boundary of ${roleArn} ${what}` });
