import type { RequestSummary } from '../../lib/broker/summary.ts';

/** `r_` and 26 base32 characters, one for each number. */
export const requestId = (n: number): string => {
  const digits = n.toString(32).padStart(26, '0');
  return `r_${digits.replace(/./g, (digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(digit, 32)] ?? '')}`;
};

/** A request that asks one approval of each group. */
export const pending = (
  n: number,
  groups: readonly string[],
  changes: Partial<RequestSummary> = {},
): RequestSummary => ({
  id: requestId(n),
  requester: 'p_requester',
  entitlementId: 'prod-admin',
  snapshot: {
    accountId: '111122223333',
    roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
    session: {
      via: 'assumeRole',
      maxSeconds: 3600,
      tail: 'deny',
      chaining: false,
      denies: [
        {
          Effect: 'Deny',
          Action: ['iam:*'],
          Resource: ['*'],
          Condition: { StringEquals: { 'aws:RequestedRegion': ['eu-west-1'], 'aws:PrincipalType': 'x' } },
        },
      ],
    },
  },
  justification: { id: 'w1', hash: 'h' },
  createdAt: new Date(Date.UTC(2026, 0, 10) + n * 1000).toISOString(),
  durationSeconds: 3600,
  grantedSeconds: 3600,
  autoApproved: false,
  pendingUntil: '2026-01-20T00:00:00.000Z',
  stages: groups.map((group) => ({ from: { groups: [group] }, count: 1 })),
  approvals: [],
  seq: 0,
  ...changes,
});
