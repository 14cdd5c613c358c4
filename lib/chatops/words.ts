import type { Before } from '../broker/before.ts';
import type { ToldRequest } from '../broker/told-request.ts';
import type { Notice } from '../broker/notice.ts';
import type { RequestShown } from '../broker/request-view.ts';
import type { Instant } from '../domain/principal.ts';
import { durationText } from '../domain/time.ts';
import { visibleLine } from './plain.ts';
import type { Card, CardAction } from './port.ts';

type Fact = Card['facts'][number];

/** Everything that somebody needs who is to say yes, as of now; `asks`: whether those who read it are asked. */
export const requestCard = (told: ToldRequest, { asks }: { readonly asks: boolean }): Card => {
  const { shown } = told;
  const decides = asks && isAsked(told);
  return {
    title: titleOf(shown),
    facts: [...askedFacts(told), ...extensionFacts(shown), ...stateFacts(shown)],
    ...(decides && told.byPortal ? { notes: ['This role wants the yes in the portal.'] } : {}),
    actions: [...(decides && !told.byPortal ? decisions(shown) : []), ...revocation(shown), openAction(shown)],
  };
};

const isAsked = ({ asked: { groups, people = [] } }: ToldRequest): boolean => groups.length + people.length > 0;

const decisions = ({ id, seq }: RequestShown): readonly CardAction[] => [
  { type: 'approve', requestId: id, seq },
  { type: 'deny', requestId: id, seq },
];

/** As long as the grant lives; who may is decided when it is pressed. */
const revocation = ({ id, seq, status }: RequestShown): readonly CardAction[] =>
  status === 'approved' ? [{ type: 'revoke', requestId: id, seq }] : [];

/** Credentials and console URLs are to be had there, and nowhere else. */
const openAction = ({ id }: RequestShown): CardAction => ({
  type: 'open',
  label: 'Open in the portal',
  path: `/requests/${id}`,
});

const titleOf = (shown: RequestShown): string => {
  const { status, title, breakGlass, review, extension } = shown;
  const who = nameOf(shown.requester);
  if (breakGlass && !review?.verdict) return `BREAK-GLASS: ${who} took ${title}`;
  if (breakGlass) return `Break-glass, reviewed: ${title}`;
  if (extension?.status === 'pending') return `${who} asks for more time: ${title}`;
  switch (status) {
    case 'pending':
      return `${who} asks: ${title}`;
    case 'expired':
      return shown.grant ? `Over: ${title}` : `Nobody answered in time: ${title}`;
    default:
      return `${STATUS[status]}: ${title}`;
  }
};

const STATUS = {
  approved: 'Approved',
  denied: 'Denied',
  cancelled: 'Cancelled',
  revoked: 'Revoked',
  ended: 'Ended early',
} as const;

type Person = RequestShown['requester'];

const nameOf = ({ displayName, email, handle }: Person): string => displayName ?? email ?? handle;

const personOf = (person: Person): string =>
  person.displayName !== undefined && person.email !== undefined
    ? `${person.displayName} (${person.email})`
    : nameOf(person);

/** Words that were forgotten since. */
const wordsOf = (text: string): string => (text === '' ? '(no longer kept)' : text);

const askedFacts = ({ shown, before, unusual = [] }: ToldRequest): readonly Fact[] => [
  { label: 'Who', text: personOf(shown.requester) },
  { label: 'Role', text: `${shown.title}: ${shown.roleArn}` },
  { label: 'Account', text: shown.accountId },
  ...(shown.scope ? [{ label: 'Only', text: shown.scope.words.join('\n') }] : []),
  { label: 'Why', text: wordsOf(shown.justification) },
  ...(shown.ticket === undefined ? [] : [{ label: 'Ticket', text: shown.ticket }]),
  { label: 'For', text: durationText(shown.grantedSeconds ?? shown.durationSeconds) },
  ...(shown.startAt === undefined ? [] : [{ label: 'From', text: timeText(shown.startAt) }]),
  ...(before ? [{ label: 'Before', text: beforeText(before) }] : []),
  ...unusualFacts(unusual),
];

const beforeText = ({ requests, same, lastApprovedAt }: Before): string =>
  requests === 0
    ? 'Asks for the first time.'
    : `${countText(requests, 'request')}, ${same} of them for this; ${
        lastApprovedAt === undefined ? 'none of those was approved.' : `last approved ${timeText(lastApprovedAt)}.`
      }`;

/** That it is the first time, "Before" says already. */
const unusualFacts = (unusual: NonNullable<ToldRequest['unusual']>): readonly Fact[] => {
  const lines = unusual.filter(({ code }) => code !== 'first_time').map(({ detail }) => detail);
  return lines.length === 0 ? [] : [{ label: 'Unusual', text: lines.join('\n') }];
};

const extensionFacts = ({ extension }: RequestShown): readonly Fact[] =>
  extension
    ? [
        {
          label: 'More time',
          text: `${durationText(extension.durationSeconds)} (${extension.status}): ${wordsOf(extension.justification)}`,
        },
        ...stageFacts(extension),
      ]
    : [];

const stateFacts = (shown: RequestShown): readonly Fact[] => {
  const { status, grant, closed, review, pendingUntil } = shown;
  return [
    ...stageFacts(shown),
    ...(status === 'pending' && pendingUntil !== undefined
      ? [{ label: 'Answer by', text: timeText(pendingUntil) }]
      : []),
    ...(grant ? [{ label: 'Granted', text: `${timeText(grant.startsAt)} to ${timeText(grant.endsAt)}` }] : []),
    ...(closed
      ? [{ label: CLOSED[closed.kind] ?? closed.kind, text: actText(closed.by, closed.at, closed.reason) }]
      : []),
    ...(review ? [reviewFact(review)] : []),
  ];
};

const CLOSED: Readonly<Record<string, string>> = {
  denied: 'Denied',
  cancelled: 'Cancelled',
  revoked: 'Revoked',
  ended: 'Ended',
};

const reviewFact = (review: NonNullable<RequestShown['review']>): Fact =>
  review.verdict !== undefined && review.by && review.at !== undefined
    ? { label: 'Reviewed', text: `${review.verdict}, ${actText(review.by, review.at, review.comment)}` }
    : { label: 'Review by', text: `${timeText(review.reviewBy)}${review.overdue ? ' (overdue)' : ''}` };

const stageFacts = ({ stages }: Pick<RequestShown, 'stages'>): readonly Fact[] =>
  stages.map(({ from, count, approvals }, index) => ({
    label: stages.length > 1 ? `Yes ${index + 1}` : 'Yes',
    text: [
      `${approvals.length} of ${count}, from ${[...from.groups, ...from.people].join(', ')}`,
      ...approvals.map(({ approver, onBehalfOf, at, comment }) =>
        actText(approver, at, comment, onBehalfOf && ` in the place of ${personOf(onBehalfOf)}`),
      ),
    ].join('\n'),
  }));

/** On one line: words that break it would begin what looks like somebody else's yes, and so would a name. */
const actText = (by: Person, at: Instant, words: string | undefined, instead = ''): string =>
  visibleLine(`${personOf(by)}${instead}, ${timeText(at)}${words === undefined || words === '' ? '' : `: ${words}`}`);

/** `2026-03-02 12:00 UTC`. */
const timeText = (at: Instant): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

const countText = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What a person is told alone, of their own request: what came of it, and what to do next. */
export const requesterCard = (kind: Notice['kind'], { shown }: ToldRequest): Card => ({
  title: titleOf(shown),
  facts: [{ label: 'Request', text: `${shown.title}, account ${shown.accountId}` }, ...stateFacts(shown)],
  notes: [NEXT[kind] ?? 'The portal shows how it stands.'],
  actions: [openAction(shown)],
});

const NEXT: Partial<Record<Notice['kind'], string>> = {
  approved: 'Get the credentials or the console in the portal, or by: hatcheck credentials.',
  denied: 'You may ask again, with what was missing.',
  revoked: 'Sessions that were out are being ended. Whoever revoked it can say why.',
  lapsed: 'Nobody answered in time. You may ask again.',
  reviewed: 'Your break-glass was looked at.',
};

/** In the thread of the message, for those who may have passed it over; undefined where the message itself says it all. */
export const nudgeCard = (kind: Notice['kind'], told: ToldRequest): Card | undefined => {
  const { shown } = told;
  const title = NUDGES[kind];
  return title === undefined || !waits(told)
    ? undefined
    : { title: `${title}: ${shown.title}`, facts: [{ label: 'Who', text: personOf(shown.requester) }], actions: [] };
};

/** What was decided meanwhile is nudged for no more. */
const waits = (told: ToldRequest): boolean =>
  isAsked(told) || (told.shown.review !== undefined && told.shown.review.verdict === undefined);

/** By mail, where nothing can be pressed, and nothing is changed later: the request as it is now, and what it is told for. */
export const mailCard = (kind: Notice['kind'], told: ToldRequest): Card => {
  const card = requestCard(told, { asks: true });
  const nudge = kind === 'approval_wanted' || !waits(told) ? undefined : NUDGES[kind];
  return nudge === undefined ? card : { ...card, title: `${nudge}. ${card.title}` };
};

const NUDGES: Partial<Record<Notice['kind'], string>> = {
  approval_wanted: 'A yes is wanted',
  approval_reminder: 'Still waiting for a yes',
  escalated: 'Now you are asked too',
  review_reminder: 'Still waiting for its review',
  review_overdue: 'The review is overdue',
};
