import type { RequestView } from '../../../lib/broker/request-view.ts';

export const erin = { handle: 'p_erin', displayName: 'Erin Engineer', email: 'erin@example.com' };
export const ari = { handle: 'p_ari', displayName: 'Ari Approver', email: 'ari@example.com' };

/** Erin asked for an hour of prod-admin at noon; nobody has answered. */
export const requestView = (more: Partial<RequestView> = {}): RequestView => ({
  ...{ id: 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA', status: 'pending', entitlementId: 'prod-admin', seq: 0 },
  ...{ title: 'Administer production', accountId: '111122223333', requester: erin, breakGlass: false },
  ...{ roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', justification: 'restore the queue', actions: [] },
  ...{ durationSeconds: 3600, createdAt: '2026-03-02T12:00:00.000Z', pendingUntil: '2026-03-02T12:30:00.000Z' },
  stages: [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1, approvals: [] }],
  approvalsNeeded: 1,
  ...more,
});
