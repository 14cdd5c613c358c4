import { type ConsoleDestination, destinationNamed, inRegion } from '../domain/console.ts';
import { HatcheckError, badInput } from '../domain/errors.ts';
import { certain } from '../domain/invariant.ts';
import { type IssueOptions, type Issuer, closedMeanwhile, openRoleSession, recordIssued } from './issue.ts';
import { recordFact } from './commit.ts';
import type { ConsoleSignIn, ConsoleUrl } from './ports.ts';

export interface ConsoleIssuer extends Issuer {
  readonly consoleSignIn: ConsoleSignIn;
}

export interface ConsoleOptions extends Omit<IssueOptions, 'purpose' | 'once'> {
  /** By its name. */
  readonly destination?: string;
  /** In which region its page is to be; the account's own, or the destination's, unless there is another. */
  readonly region?: string;
  readonly logoutFirst?: boolean;
  /** Chosen by the page that asks: the same again gets nothing. */
  readonly once?: string;
}

/**
 * A console sign-in URL for an approved, open grant. The role session is put on record while the federation endpoint makes the token, and
 * the URL itself before it leaves.
 *
 * @throws HatcheckError as `openRoleSession` and `recordIssued`; `invalid_input` for a destination that is none, or has no region; `already_decided`: what is
 * asked for `once` was given out before; `aws_unavailable` when no URL could be made
 */
export const openConsole = async (
  issuer: ConsoleIssuer,
  { destination: name, region, logoutFirst, once, ...options }: ConsoleOptions,
): Promise<ConsoleUrl> => {
  const destination = destinationOf(issuer, name, region);
  const opened = await openRoleSession(issuer, {
    ...{ ...options, purpose: 'console' },
    ...(once === undefined ? {} : { once }),
  });
  const { principal, intent, credentials } = opened;
  const { account } = certain(
    issuer.policy.entitlements.get(opened.after.request.entitlementId),
    'a role session was opened for an entitlement that is not there',
  );
  const making = issuer.consoleSignIn.url(credentials, {
    ...account,
    ...(destination === undefined ? {} : { destination }),
    ...(logoutFirst === undefined ? {} : { logoutFirst }),
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

const destinationOf = (
  { policy }: ConsoleIssuer,
  name: string | undefined,
  region: string | undefined,
): ConsoleDestination | undefined => {
  const named = name === undefined ? undefined : destinationNamed(name, policy.destinations);
  if (name !== undefined && !named)
    throw new HatcheckError(badInput('/destination', 'unknown', 'the name of a destination'));
  if (region === undefined) return named;
  const there = inRegion(named, region);
  if (!there) throw new HatcheckError(badInput('/region', 'not_allowed', 'left out with a destination that is a page'));
  return there;
};
