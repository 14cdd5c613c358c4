import type { RequestView } from '../api/calls.ts';

export interface Decision {
  readonly said: 'approved' | 'denied' | 'cancelled' | 'revoked' | 'ended' | 'reviewed';
  readonly by: RequestView['requester'];
  readonly at: string;
}

/** What somebody last said or did about it; undefined while nobody has. */
export const lastDecision = ({ stages, extension, closed, review }: RequestView): Decision | undefined =>
  [
    ...[...stages, ...(extension?.stages ?? [])].flatMap(({ approvals }) =>
      approvals.map(({ approver, at }) => ({ said: 'approved' as const, by: approver, at })),
    ),
    ...[closed, extension?.closed].flatMap((act) => (act ? [{ said: saidBy(act.kind), by: act.by, at: act.at }] : [])),
    ...(review?.by && review.at !== undefined ? [{ said: 'reviewed' as const, by: review.by, at: review.at }] : []),
  ].reduce<Decision | undefined>(
    (last, each) => (last === undefined || Date.parse(each.at) >= Date.parse(last.at) ? each : last),
    undefined,
  );

const KINDS = ['denied', 'cancelled', 'revoked', 'ended'] as const;

const saidBy = (kind: string): Decision['said'] => KINDS.find((each) => each === kind) ?? 'ended';
