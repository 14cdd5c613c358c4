import type { AccessReview } from '../../lib/domain/access-review.ts';
import type { CompiledAccess } from '../../lib/config/access.ts';
import { Failure } from '../failure.ts';
import { loadPolicy } from '../policy/load.ts';
import { bold, counted, say, sayJson } from '../print.ts';
import type { Place } from '../sign-in.ts';
import { readTrail } from './cloudtrail.ts';
import { csv } from './csv.ts';
import { readRecord } from './record.ts';

const { reviewAccess } = await import('../../lib/domain/access-review.ts');
const { plusSeconds } = await import('../../lib/domain/time.ts');

export interface ReviewOptions {
  readonly unusedFor: string;
  readonly policy: string;
  readonly cloudtrail?: readonly string[];
  readonly record?: string;
  readonly format: 'text' | 'csv' | 'json';
}

const DAY_SECONDS = 86_400;

/** Prints the report. It judges nothing: what is unused may be kept for the day when it is needed. @throws Failure 1, 2, 4 */
export const review = async (place: Place, options: ReviewOptions): Promise<void> => {
  const days = /^([1-9]\d{0,3})d$/.exec(options.unusedFor)?.[1];
  if (days === undefined) throw new Failure(2, '--unused-for is a number of days, such as 90d');
  const entitlements = loadPolicy(options.policy).entitlements.map(eligibleOf);
  const record = await readRecord(place, options.record);
  const activity = options.cloudtrail ? (await readTrail(options.cloudtrail)).activity : undefined;
  const now = place.now().toISOString();
  const since = plusSeconds(now, -Number(days) * DAY_SECONDS);
  const reviewed = reviewAccess(
    record.map((each) => each.reviewed),
    { since, now, entitlements, ...(activity ? { activity } : {}) },
  );
  if (options.format === 'json') sayJson({ since, now, ...reviewed });
  else if (options.format === 'csv') process.stdout.write(csv(HEADER, rowsOf(reviewed)));
  else report(reviewed, { days, requests: record.length, withTrail: activity !== undefined });
};

const eligibleOf = ({ id, roleArn, requesters }: CompiledAccess['entitlements'][number]) => ({
  ...{ entitlementId: id, roleArn },
  eligible: requesters.groups,
});

const HEADER = [
  ...['finding', 'entitlement', 'role', 'eligible', 'person', 'request', 'last_asked', 'last_used'],
  ...['granted_seconds', 'used_seconds', 'sessions', 'actions'],
];

const rowsOf = ({ unusedEntitlements, unusedEligibilities, littleUsed }: AccessReview) => [
  ...unusedEntitlements.map(({ entitlementId, roleArn, eligible, lastUsedAt = '' }) => [
    ...['entitlement_unused', entitlementId, roleArn, eligible.join(' '), '', '', '', lastUsedAt],
    ...['', '', '', ''],
  ]),
  ...unusedEligibilities.map(({ entitlementId, requester, lastAskedAt, lastUsedAt = '' }) => [
    ...['eligibility_unused', entitlementId, '', '', requester, '', lastAskedAt, lastUsedAt],
    ...['', '', '', ''],
  ]),
  ...littleUsed.map(
    ({ entitlementId, requester, requestId, startsAt, grantedSeconds, usedSeconds, sessions, actions }) => [
      ...['grant_little_used', entitlementId, '', '', requester, requestId, startsAt, ''],
      ...[grantedSeconds, usedSeconds, sessions, actions?.join(' ') ?? ''],
    ],
  ),
];

const report = (
  { unusedEntitlements, unusedEligibilities, littleUsed }: AccessReview,
  { days, requests, withTrail }: { days: string; requests: number; withTrail: boolean },
): void => {
  say(`${counted(requests, 'request')} on record; ${withTrail ? 'with' : 'without'} CloudTrail.`);
  say(bold(`${counted(unusedEntitlements.length, 'entitlement')} that nobody used for ${days} days`));
  for (const { entitlementId, roleArn, eligible, lastUsedAt } of unusedEntitlements)
    say(`  ${entitlementId} (${roleArn}): ${usedAt(lastUsedAt)}; eligible: ${eligible.join(', ') || 'nobody'}`);
  say(bold(`${counted(unusedEligibilities.length, 'person', 'people')} who used theirs no more`));
  for (const { entitlementId, requester, lastAskedAt, lastUsedAt } of unusedEligibilities)
    say(`  ${requester} ${entitlementId}: last asked ${lastAskedAt}, ${usedAt(lastUsedAt)}`);
  say(bold(`${counted(littleUsed.length, 'grant')} used for less than half of the time`));
  for (const { requestId, entitlementId, grantedSeconds, usedSeconds, sessions, actions } of littleUsed)
    say(
      `  ${requestId} ${entitlementId}: ${minutes(usedSeconds)} of ${minutes(grantedSeconds)} min, ${counted(sessions, 'session')}${actions ? `: ${actions.join(', ') || 'nothing was done'}` : ''}`,
    );
};

const usedAt = (lastUsedAt: string | undefined): string =>
  lastUsedAt === undefined ? 'never used' : `last used ${lastUsedAt}`;

const minutes = (seconds: number): string => (seconds / 60).toFixed(0);
