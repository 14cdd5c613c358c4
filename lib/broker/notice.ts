import type { RecordedEvent } from '../domain/event.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import type { Approvers, Handle, Instant } from '../domain/principal.ts';
import type { RequestState } from '../domain/request.ts';
import { type Staged, currentStage, escalatedTo } from '../domain/stages.ts';

/** What somebody should be told. The closed list; docs/events.md says what each means. */
export type NoticeKind =
  | 'approval_wanted'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'revoked'
  | 'ended'
  | 'lapsed'
  | 'break_glass'
  | 'reviewed'
  | 'approval_reminder'
  | 'escalated'
  | 'review_reminder'
  | 'review_overdue';

export type Recipient =
  | { readonly role: 'requester'; readonly handle: Handle }
  | ({ readonly role: 'approvers' | 'reviewers' } & Approvers)
  /** As access.yml writes it: `slack:#security`. */
  | { readonly role: 'channel'; readonly channel: string };

/** Who is to be told what of which request. It holds nobody's words, no name and no secret: whoever passes it on reads the request. */
export interface Notice {
  /** The same when it is sent again: whoever reads the queue passes on each once. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly requestId: string;
  readonly entitlementId: string;
  readonly requester: Handle;
  readonly at: Instant;
  /** Nobody: what was told of the request before is to be made true, and that is all. */
  readonly to: readonly Recipient[];
}

/** Who is asked to say yes at the stages that are open. */
export const approversAsked = (staged: Staged): Approvers => {
  const open = currentStage(staged);
  const missing = staged.stages.filter(({ count }, index) =>
    staged.parallel ? staged.approvals.filter(({ stage }) => stage === index).length < count : index === open,
  );
  return {
    groups: [...new Set(missing.flatMap(({ from }) => from.groups))],
    people: missing.flatMap(({ from }) => from.people ?? []),
  };
};

/** What is to be told of an event; `request` is as the event left it. At most one notice an event, since its id is the event's. */
export const noticeOf = (event: RecordedEvent, request: RequestState, policy: AccessPolicy): Notice | undefined => {
  const told = toldOf(event, request, policy);
  return told && (told.to.length > 0 || told.kind === 'ended')
    ? {
        id: event.eventId,
        kind: told.kind,
        requestId: request.id,
        entitlementId: request.entitlementId,
        requester: request.requester,
        at: event.at,
        to: told.to,
      }
    : undefined;
};

type Told = Pick<Notice, 'kind' | 'to'>;

const toldOf = (event: RecordedEvent, request: RequestState, policy: AccessPolicy): Told | undefined => {
  const requester: Recipient = { role: 'requester', handle: request.requester };
  switch (event.type) {
    case 'request.submitted':
      return request.breakGlass ? brokenGlass(request, request.breakGlass.reviewers, policy) : wanted(request);
    case 'request.approved':
      return event.data.extension ? said(request.extension, requester) : said(request, requester);
    case 'request.extension_requested':
      return wanted(request.extension);
    case 'request.denied':
      return { kind: 'denied', to: [requester] };
    case 'request.cancelled':
      return takenBack(event.data.extension ? request.extension : request, event.at);
    case 'request.revoked':
      return { kind: 'revoked', to: [requester] };
    case 'request.ended':
      return { kind: 'ended', to: [] };
    case 'request.lapsed':
      return { kind: 'lapsed', to: [requester] };
    case 'request.reviewed':
      return { kind: 'reviewed', to: [requester] };
    default:
      return undefined;
  }
};

/** The next approvers, where any are missing. */
const wanted = (staged: Staged | undefined): Told | undefined =>
  staged && currentStage(staged) !== undefined
    ? { kind: 'approval_wanted', to: [{ role: 'approvers', ...approversAsked(staged) }] }
    : undefined;

/** Whoever was asked by then, so that nobody decides on what is no longer asked. */
const takenBack = (staged: Staged | undefined, at: Instant): Told | undefined => {
  if (!staged) return undefined;
  const others = escalatedTo(staged, at);
  const to = [approversAsked(staged), ...(others ? [others] : [])];
  return { kind: 'cancelled', to: to.map((approvers) => ({ role: 'approvers', ...approvers })) };
};

const said = (staged: Staged | undefined, requester: Recipient): Told | undefined =>
  wanted(staged) ?? { kind: 'approved', to: [requester] };

/** Loud: whoever has to review it, and every channel that access.yml names. */
const brokenGlass = ({ entitlementId }: RequestState, reviewers: Approvers, policy: AccessPolicy): Told => {
  const channels = policy.entitlements.get(entitlementId)?.breakGlass?.notify ?? [];
  return {
    kind: 'break_glass',
    to: [{ role: 'reviewers', ...reviewers }, ...channels.map((channel) => ({ role: 'channel' as const, channel }))],
  };
};
