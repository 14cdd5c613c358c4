import {
  type BoundaryDocument,
  type BoundedRole,
  allOverAt,
  boundaryDocument,
  nextSecond,
  sessionsOverAt,
} from '../domain/boundary.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { Instant } from '../domain/principal.ts';
import { fold } from '../domain/request.ts';
import { isBefore } from '../domain/time.ts';
import { type BoundaryNow, readBoundary } from './boundary-text.ts';
import { requestStream } from './broker.ts';
import type { Clock, Ledger } from './ports.ts';

/** The permissions boundaries of the roles that are lent. Each error is a HatcheckError `aws_unavailable`. */
export interface Boundaries {
  /** The default version, as IAM shows it. Also fails when the role does not carry the boundary: no deny would hit anybody. */
  read(role: BoundedRole): Promise<{ readonly versionId: string; readonly text: string }>;
  /** Writes a version and makes it the default one, and drops the oldest to make room. */
  write(role: BoundedRole, text: string): Promise<void>;
}

export interface SessionsEnder {
  readonly ledger: Pick<Ledger, 'read'>;
  readonly boundaries: Boundaries;
  readonly clock: Clock;
  /** Tells the operator: everybody's sessions of the role are ended, since the single ones are too many. */
  readonly overflowed: (role: BoundedRole, requests: number) => void;
}

/** By what the sessions of a request are denied everything. */
export type EndedBy = 'boundary' | 'token_issue_time' | 'over';

/** IAM may show a write after some seconds only; whoever calls has half a minute. */
const TRIES = 20;
const PAUSE_MS = 500;

/**
 * Ends the sessions of revoked requests that are out on a role: writes the whole boundary anew from what the ledger says of these requests
 * and of those that the boundary names, until IAM shows it. Nobody else may write the same role's meanwhile.
 *
 * @returns how each is denied now; `over` has no session any more. What the ledger does not say is revoked is not in it.
 * @throws HatcheckError `ledger_unavailable`, `aws_unavailable`: to be tried again, whole.
 */
export const endSessions = async (
  ender: SessionsEnder,
  role: BoundedRole,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, EndedBy>> => {
  const { boundaries, clock } = ender;
  let replaced: string | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { versionId, text } = await boundaries.read(role);
    const now = readBoundary(text);
    const found = await factsOf(ender, role, [...now.ended.requestIds, ...requestIds]);
    const { document, outcomes } = whole(ender, role, now, found);
    const wanted = JSON.stringify(document);
    if (JSON.stringify(JSON.parse(text)) === wanted) return outcomes;
    // Where IAM still shows the version that we replaced, it is only behind.
    if (versionId !== replaced && (await boundaries.read(role)).versionId === versionId) {
      await boundaries.write(role, wanted);
      replaced = versionId;
    }
    await clock.pause(PAUSE_MS);
  }
  throw unwritten(role, 'does not show what was written');
};

/** A request that the ledger says is revoked. */
interface Fact {
  readonly revokedAt: Instant;
  /** Whether sessions of it may still be out. */
  readonly out: boolean;
}

type Facts = ReadonlyMap<string, Fact>;

const factsOf = async (
  { ledger, clock }: SessionsEnder,
  { roleArn }: BoundedRole,
  requestIds: readonly string[],
): Promise<Facts> => {
  const found = new Map<string, Fact>();
  // One after the other: there are some hundreds at the most, and the ledger is everybody's.
  for (const id of new Set(requestIds)) {
    const events = await ledger.read(requestStream(id));
    const request = fold(events);
    if (request?.closed?.kind !== 'revoked' || request.snapshot.roleArn !== roleArn) continue;
    const { chaining } = request.snapshot.session;
    const overAt = sessionsOverAt({ chaining, closedAt: request.closed.at }, events);
    const out = overAt !== undefined && isBefore(clock.now(), overAt);
    found.set(id, { revokedAt: request.closed.at, out });
  }
  return found;
};

interface Whole {
  readonly document: BoundaryDocument;
  readonly outcomes: ReadonlyMap<string, EndedBy>;
}

const whole = (
  { clock, overflowed }: SessionsEnder,
  role: BoundedRole,
  { own, ended }: BoundaryNow,
  found: Facts,
): Whole => {
  const now = clock.now();
  const before = standing(ended.issuedBefore, now);
  const outcomes = new Map([...found].map(([id, fact]) => [id, endedBy(fact, before)]));
  const single = [...outcomes].filter(([, by]) => by === 'boundary').map(([id]) => id);
  const document = boundaryDocument(role, own, {
    requestIds: single,
    ...(before === undefined ? {} : { issuedBefore: before }),
  });
  if (document) return { document, outcomes };
  overflowed(role, single.length);
  const issuedBefore = nextSecond(now);
  const shorter = boundaryDocument(role, own, { requestIds: [], issuedBefore });
  if (!shorter) throw unwritten(role, 'leaves no room for a deny');
  return { document: shorter, outcomes: new Map([...found].map(([id, fact]) => [id, endedBy(fact, issuedBefore)])) };
};

/** A revoked request opens no session, so that all of them were issued before the revoke. */
const endedBy = ({ out, revokedAt }: Fact, issuedBefore: Instant | undefined): EndedBy =>
  !out ? 'over' : issuedBefore !== undefined && isBefore(revokedAt, issuedBefore) ? 'token_issue_time' : 'boundary';

const standing = (issuedBefore: Instant | undefined, now: Instant): Instant | undefined =>
  issuedBefore !== undefined && isBefore(now, allOverAt(issuedBefore)) ? issuedBefore : undefined;

const unwritten = ({ roleArn }: BoundedRole, what: string): HatcheckError =>
  new HatcheckError({ code: 'aws_unavailable', reason: `the boundary of ${roleArn} ${what}` });
