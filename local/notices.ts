import type { Notice, Recipient } from '../lib/broker/notice.ts';

/** For the terminal: `→ approval_wanted r_… (prod-admin): approvers local-oidc:sre-leads`. */
export const noticeLine = ({ kind, requestId, entitlementId, to }: Notice): string =>
  `→ ${kind} ${requestId} (${entitlementId}): ${to.map(recipientText).join(', ')}\n`;

const recipientText = (to: Recipient): string => {
  if (to.role === 'requester') return 'requester';
  if (to.role === 'channel') return to.channel;
  const people = (to.people ?? []).map(({ provider, subject }) => `${provider}:${subject}`);
  return `${to.role} ${[...to.groups, ...people].join(' ')}`;
};
