import type { Instant } from './principal.ts';
import type { RequestState } from './request.ts';
import { msOf, plusSeconds } from './time.ts';

/** What the schedule does about a request at a time that is known beforehand. */
export const DUE_KINDS = [
  'approval_reminder',
  'escalated',
  'lapse',
  'review_reminder',
  'review_overdue',
  'ticket',
] as const;
export type DueKind = (typeof DUE_KINDS)[number];

export interface Due {
  readonly requestId: string;
  readonly kind: DueKind;
  readonly at: Instant;
}

/** How often the ticket behind a live grant is looked at. */
export const TICKET_EVERY_SECONDS = 300;

/** All that will be due of the request as it is. It says when to look, never what is found then. */
export const duesOf = (request: Omit<RequestState, 'issues'>): readonly Due[] =>
  [...whileWaiting(request), ...untilReviewed(request), ...whileGranted(request)].map((due) => ({
    requestId: request.id,
    ...due,
  }));

type When = Pick<Due, 'kind' | 'at'>;
type Request = Omit<RequestState, 'issues'>;

/** The approvers are reminded when half of the time is over. */
const whileWaiting = ({ closed, approvedAt, createdAt, pendingUntil, escalation }: Request): readonly When[] =>
  closed !== undefined || approvedAt !== undefined || pendingUntil === undefined
    ? []
    : [
        { kind: 'approval_reminder', at: halfway(createdAt, pendingUntil) },
        ...(escalation ? [{ kind: 'escalated' as const, at: escalation.at }] : []),
        { kind: 'lapse', at: pendingUntil },
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

const halfway = (from: Instant, to: Instant): Instant => new Date((msOf(from) + msOf(to)) / 2).toISOString();
