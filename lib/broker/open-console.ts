import type { ConsoleDestination } from '../domain/console.ts';
import { HatcheckError } from '../domain/errors.ts';
import { certain } from '../domain/invariant.ts';
import { type IssueOptions, type Issuer, closedMeanwhile, openRoleSession, recordIssued } from './issue.ts';
import { recordFact } from './commit.ts';
import type { ConsoleSignIn, ConsoleUrl } from './ports.ts';

export interface ConsoleIssuer extends Issuer {
  readonly consoleSignIn: ConsoleSignIn;
}

/**
 * A console sign-in URL for an approved, open grant. The role session is put on record while the federation endpoint makes the token, and
 * the URL itself before it leaves.
 *
 * @throws HatcheckError as `openRoleSession` and `recordIssued`; `aws_unavailable` when no URL could be made
 */
export const openConsole = async (
  issuer: ConsoleIssuer,
  { destination, ...options }: Omit<IssueOptions, 'purpose'> & { destination?: ConsoleDestination },
): Promise<ConsoleUrl> => {
  const opened = await openRoleSession(issuer, { ...options, purpose: 'console' });
  const { principal, intent, credentials } = opened;
  const { account } = certain(
    issuer.policy.entitlements.get(opened.after.request.entitlementId),
    'a role session was opened for an entitlement that is not there',
  );
  const making = issuer.consoleSignIn.url(credentials, {
    ...account,
    ...(destination === undefined ? {} : { destination }),
  });
  // Awaited below; until then a failure must not count as unhandled.
  making.catch(() => undefined);
  const after = await recordIssued(issuer, opened, options.patience);
  const made = await making;
  const { request } = await recordFact(issuer, { principal, patience: options.patience, after }, ({ closed }) =>
    closed ? undefined : { type: 'console.issued' as const, data: { intent, expiresAt: made.expiresAt } },
  );
  if (request.closed) throw new HatcheckError(closedMeanwhile(request.closed));
  return made;
};
