import type { Instant } from './principal.ts';
import type { RequestState } from './request.ts';
import { deniedSince } from './sessions-out.ts';
import type { Staged } from './stages.ts';
import { isBefore, msOf, plusSeconds } from './time.ts';

/** What the schedule does about a request at a time that is known beforehand. */
export const DUE_KINDS = [
  'approval_reminder',
  'escalated',
  'lapse',
  'review_reminder',
  'review_overdue',
  'ticket',
  // Of a close that denies what is out; and planned by whoever ends sessions, as long as a deny stands.
  'boundary',
  // Planned by whoever follows the ledger, at each intent.
  'outcome',
] as const;
export type DueKind = (typeof DUE_KINDS)[number];

export interface Due {
  readonly requestId: string;
  readonly kind: DueKind;
  readonly at: Instant;
  /** Of an extension of the request rather than of itself: the place of the event that asked for it. */
  readonly extension?: number;
}

/** How often the ticket behind a live grant is looked at. */
export const TICKET_EVERY_SECONDS = 300;

/**
 * So often a deny that stands is looked at. Whoever looks writes the boundary anew where it is not as it should be: an account may have
 * overwritten it, by a stack that it updated for instance.
 */
export const BOUNDARY_EVERY_SECONDS = 900;

/** So long after the close its sessions are asked to be ended once more: whoever follows the ledger may never have been told of it. */
export const REVOCATION_AFTER_SECONDS = 60;

/** All that will be due of the request as it is. It says when to look, never what is found then. */
export const duesOf = (request: Omit<RequestState, 'issues'>): readonly Due[] =>
  [
    ...whileWaiting(request),
    ...whileExtensionWaits(request),
    ...untilReviewed(request),
    ...whileGranted(request),
    ...untilSessionsEnd(request),
  ].map((due) => ({ requestId: request.id, ...due }));

type When = Omit<Due, 'requestId'>;
type Request = Omit<RequestState, 'issues'>;

const whileWaiting = ({ closed, approvedAt, createdAt, pendingUntil, escalation }: Request): readonly When[] =>
  closed !== undefined || approvedAt !== undefined || pendingUntil === undefined
    ? []
    : [...untilDecided(createdAt, pendingUntil, escalation), { kind: 'lapse', at: pendingUntil }];

/** That its time is over is computed: nothing of it goes on record, and the grant is what it was. */
const whileExtensionWaits = ({ closed, extension }: Request): readonly When[] =>
  !extension || (closed ?? extension.closed) !== undefined || extension.approvedAt !== undefined
    ? []
    : untilDecided(extension.at, extension.pendingUntil, extension.escalation).map((when) => ({
        ...when,
        extension: extension.seq,
      }));

/** The approvers are reminded when half of the time is over. */
const untilDecided = (from: Instant, until: Instant, escalation: Staged['escalation']): readonly When[] => [
  { kind: 'approval_reminder', at: halfway(from, until) },
  ...(escalation && isBefore(escalation.at, until) ? [{ kind: 'escalated' as const, at: escalation.at }] : []),
];

const untilReviewed = ({ breakGlass, review, createdAt }: Request): readonly When[] =>
  breakGlass && !review
    ? [
        { kind: 'review_reminder', at: halfway(createdAt, breakGlass.reviewBy) },
        { kind: 'review_overdue', at: breakGlass.reviewBy },
      ]
    : [];

const whileGranted = ({ ticket, approvedAt, closed }: Request): readonly When[] =>
  ticket === undefined || approvedAt === undefined || closed !== undefined
    ? []
    : [{ kind: 'ticket', at: plusSeconds(approvedAt, TICKET_EVERY_SECONDS) }];

const untilSessionsEnd = (request: Request): readonly When[] => {
  const since = deniedSince(request);
  return since === undefined || request.sessionsUntil === undefined || request.sessionsEnded
    ? []
    : [{ kind: 'boundary', at: plusSeconds(since, REVOCATION_AFTER_SECONDS) }];
};

const halfway = (from: Instant, to: Instant): Instant => new Date((msOf(from) + msOf(to)) / 2).toISOString();
