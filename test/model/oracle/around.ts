import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { EventData, RecordedEvent } from '../../../lib/domain/event.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Approvers, Principal } from '../../../lib/domain/principal.ts';
import { only } from './facts.ts';

/** An event with the stream that it stands in. */
export type Placed = RecordedEvent & { readonly stream: string };

export type Delegation = EventData['delegation.made']['delegation'];
type Hold = EventData['hold.placed']['hold'];

const TEN_MINUTES_MS = 600_000;
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const holdsIn = (around: readonly Placed[]): readonly Hold[] => {
  const lifted = only(around, 'hold.lifted').map(({ data }) => data.holdId);
  return only(around, 'hold.placed').flatMap(({ data }) => (lifted.includes(data.hold.id) ? [] : [data.hold]));
};

/** Every handle that the stream of this one ever named as the same person, itself among them. */
export const identitiesOf = (around: readonly Placed[], handle: string): readonly string[] => [
  ...new Set([handle, ...only(ownStream(around, handle), 'link.made').flatMap(({ data }) => data.person)]),
];

const ownStream = (around: readonly Placed[], handle: string): readonly Placed[] =>
  around.filter(({ stream }) => stream === `person#${handle}`);

export const meet = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((each) => others.includes(each));

/** In whose place somebody may speak now: what was lent to them, is not over, not taken back, and may still be used. */
export const lentTo = (
  around: readonly Placed[],
  who: Principal,
  policy: AccessPolicy,
  nowMs: number,
): readonly Delegation[] => {
  const rule = policy.delegation;
  if (!rule || who.kind !== 'person') return [];
  if (rule.groups && !meet(rule.groups, who.groups)) return [];
  const own = ownStream(around, who.handle);
  const back = only(own, 'delegation.removed').map(({ data }) => data.delegationId);
  const held = holdsIn(around).flatMap(({ target }) => (target.on === 'person' ? [target.handle] : []));
  return only(own, 'delegation.made')
    .map(({ data }) => data.delegation)
    .filter(
      ({ id, by, sameAs, to, madeAt, startsAt, endsAt }) =>
        to === who.handle &&
        !back.includes(id) &&
        Date.parse(startsAt) <= nowMs &&
        nowMs < Date.parse(endsAt) &&
        nowMs - Date.parse(madeAt) <= rule.maxSeconds * 1000 &&
        !meet([by, ...sameAs], held),
    );
};

/** Whether anything is held that these people, this entitlement or this account are. */
export const isHeld = (
  around: readonly Placed[],
  { handles, entitlementId, accountId }: { handles: readonly string[]; entitlementId: string; accountId: string },
): boolean => {
  const names = [
    ...handles.map((each) => `person ${each}`),
    `entitlement ${entitlementId}`,
    `account ${accountId}`,
    'all',
  ];
  return holdsIn(around).some(({ target }) => names.includes(nameOf(target)));
};

export const nameOf = (target: Hold['target']): string => {
  if (target.on === 'person') return `person ${target.handle}`;
  if (target.on === 'entitlement') return `entitlement ${target.entitlementId}`;
  return target.on === 'account' ? `account ${target.accountId}` : 'all';
};

/** People among these; whoever runs by itself is none. */
export const among = (who: Pick<Principal, 'kind' | 'groups' | 'issuer' | 'subject'>, from: Approvers): boolean =>
  who.kind === 'person' &&
  (meet(who.groups, from.groups) ||
    (from.people ?? []).some((each) => each.issuer === who.issuer && each.subject === who.subject));

/** Whether this access policy is the one that was activated last, or was until a moment ago. */
export const isActive = (around: readonly Placed[], version: string, nowMs: number): boolean => {
  const [last, before] = only(around, 'policy.activated').toReversed();
  if (!last) return false;
  return (
    last.data.version === version || (before?.data.version === version && nowMs < Date.parse(last.at) + TEN_MINUTES_MS)
  );
};

/** JSON with its members in order: two values are equal when these are. */
export const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

/** What access.yml says today of what was asked for, as break-glass bends it. */
export const todays = (policy: AccessPolicy, id: string, isBreakGlass: boolean): Entitlement | undefined => {
  const written = policy.entitlements.get(id);
  if (!isBreakGlass || !written) return written;
  const { breakGlass: bent, ticket, ...rest } = written;
  if (!bent) return undefined;
  return {
    ...withoutHours(rest),
    breakGlass: bent,
    requesters: bent.requesters,
    approval: 'auto',
    maxDurationSeconds: bent.maxDurationSeconds,
    limits: { issuesPerHour: bent.issuesPerHour },
    extension: { maxTotalSeconds: bent.maxDurationSeconds, approval: (written.extension ?? written).approval },
    ...(ticket ? { ticket: { pattern: ticket.pattern, required: false } } : {}),
  };
};

const withoutHours = ({ hours: _bent, ...rest }: Entitlement): Entitlement => rest;

/** As far as the wall clocks there say, minute by minute; `to` at or before `from` is on the next day. */
export const isWithin = (hours: Entitlement['hours'], atMs: number): boolean => {
  if (!hours) return true;
  const { day, time } = wallClock(hours.timezone, atMs);
  const before = WEEK[(WEEK.indexOf(day) + 6) % 7] ?? '';
  const days: readonly string[] = hours.days;
  if (hours.from < hours.to) return days.includes(day) && hours.from <= time && time < hours.to;
  return (days.includes(day) && hours.from <= time) || (days.includes(before) && time < hours.to);
};

const wallClock = (timeZone: string, ms: number): { day: string; time: string } => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' });
  const [day = '', time = ''] = format.format(ms).split(' ');
  return { day: day.replace(',', '').toLowerCase(), time };
};
