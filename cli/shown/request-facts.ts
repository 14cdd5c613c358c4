import { inWords } from '../duration.ts';
import { count, instantMs, list, member, text, texts } from '../json.ts';
import { bold } from '../print.ts';
import type { Request } from '../requests.ts';
import { approversText, personText } from './people.ts';
import { statusText } from './status.ts';
import { tableLines } from './table.ts';
import { timeText } from './times.ts';
import { quoted, visibleLine } from './visible.ts';

type Fact = readonly [label: string, ...lines: readonly string[]];

/** Everything that whoever decides has to know of a request, one fact a line; other people's words stand behind a bar. */
export const requestLines = (request: Request, now: Date): readonly string[] => [
  bold(`${request.id}  ${statusText(request, now)}`),
  ...factLines([
    ...askedFacts(request, now),
    ...stageFacts(request.view, now),
    ...extensionFacts(member(request.view, 'extension'), now),
    ...afterwardsFacts(request.view, now),
    ...(request.actions.length > 0 ? [['you may', request.actions.map(visibleLine).join(', ')] as const] : []),
  ]),
];

/** The label stands on the first line of a fact alone. */
const factLines = (facts: readonly Fact[]): readonly string[] =>
  tableLines(facts.flatMap(([label, ...lines]) => lines.map((line, at) => ['', at === 0 ? label : '', line])));

const line = (label: string, value: string | undefined): readonly Fact[] =>
  value === undefined ? [] : [[label, visibleLine(value)]];
const words = (label: string, value: string | undefined): readonly Fact[] =>
  value === undefined ? [] : [[label, ...quoted(value)]];
const time = (view: unknown, name: string, now: Date): string | undefined => {
  const ms = instantMs(view, name);
  return ms === undefined ? undefined : timeText(ms, now);
};
const duration = (view: unknown, name: string): string | undefined => {
  const seconds = count(view, name);
  return seconds === undefined ? undefined : inWords(seconds);
};

const askedFacts = ({ view, entitlementId, title }: Request, now: Date): readonly Fact[] => [
  ...line('entitlement', `${entitlementId}: ${title}`),
  ...line('role', text(view, 'roleArn')),
  ['requester', personText(member(view, 'requester'))],
  ...line('asked at', time(view, 'createdAt', now)),
  ...words('because', text(view, 'justification')),
  ...line('ticket', text(view, 'ticket')),
  ...line('for', duration(view, 'durationSeconds')),
  ...line('not before', time(view, 'startAt', now)),
  ...(member(view, 'breakGlass') === true ? line('break-glass', 'past the approval; it is reviewed afterwards') : []),
  ...scopeFacts(member(view, 'scope')),
  ...line('together with', text(view, 'bundleId')),
];

const scopeFacts = (scope: unknown): readonly Fact[] => {
  if (scope === undefined) return [];
  const said = texts(scope, 'words');
  return [
    ...(said.length > 0 ? [['only for', ...said.map(visibleLine)] as const] : []),
    ['actions', ...texts(scope, 'actions').map(visibleLine)],
    ['resources', ...texts(scope, 'resources').map(visibleLine)],
  ];
};

/** Of a request, or of the more time that is asked for on it. */
const stageFacts = (view: unknown, now: Date): readonly Fact[] =>
  list(view, 'stages').flatMap((stage): readonly Fact[] => {
    const approvals = list(stage, 'approvals');
    const missing = (count(stage, 'count') ?? 1) - approvals.length;
    const until = time(view, 'pendingUntil', now);
    return [
      ...approvals.map((each): Fact => ['yes of', approvalText(each, now), ...quotedComment(each)]),
      ...(missing > 0
        ? line(
            'needs a yes',
            `of ${missing > 1 ? `${missing} of ` : ''}${approversText(member(stage, 'from'))}${until === undefined ? '' : `, until ${until}`}`,
          )
        : []),
    ];
  });

const approvalText = (approval: unknown, now: Date): string => {
  const standsInFor = member(approval, 'onBehalfOf');
  return [
    personText(member(approval, 'approver')),
    ...(standsInFor === undefined ? [] : [`for ${personText(standsInFor)}`]),
    time(approval, 'at', now) ?? '',
  ].join(', ');
};

const quotedComment = (approval: unknown): readonly string[] => {
  const comment = text(approval, 'comment');
  return comment === undefined ? [] : quoted(comment);
};

const extensionFacts = (extension: unknown, now: Date): readonly Fact[] =>
  extension === undefined
    ? []
    : [
        ...line('more time', `${duration(extension, 'durationSeconds') ?? ''}: ${text(extension, 'status') ?? ''}`),
        ...words('because', text(extension, 'justification')),
        ...stageFacts(extension, now),
        ...closedFacts(member(extension, 'closed'), now),
      ];

const closedFacts = (closed: unknown, now: Date): readonly Fact[] =>
  closed === undefined
    ? []
    : [
        ...line(
          text(closed, 'kind') ?? 'closed',
          `by ${personText(member(closed, 'by'))}, ${time(closed, 'at', now) ?? ''}`,
        ),
        ...words('because', text(closed, 'reason')),
      ];

const afterwardsFacts = (view: unknown, now: Date): readonly Fact[] => {
  const review = member(view, 'review');
  const verdict = text(review, 'verdict');
  return [
    ...closedFacts(member(view, 'closed'), now),
    ...line('sessions ended', time(member(view, 'sessionsEnded'), 'at', now)),
    ...(review !== undefined && verdict === undefined
      ? line(
          'to be reviewed',
          `by ${approversText(member(review, 'reviewers'))}, until ${time(review, 'reviewBy', now) ?? ''}${member(review, 'overdue') === true ? ': overdue' : ''}`,
        )
      : []),
    ...(verdict === undefined ? [] : line('review', `${verdict}, by ${personText(member(review, 'by'))}`)),
    ...words('', text(review, 'comment')),
  ];
};

/** What besides the request itself speaks for or against it: nothing of it is the requester's word. */
export const evidenceLines = (evidence: unknown): readonly string[] =>
  evidence === undefined
    ? []
    : factLines([
        ...line('the role', text(member(evidence, 'role'), 'description')),
        ...line('the ticket', ticketText(member(evidence, 'ticket'))),
        ...list(evidence, 'unusual').flatMap((each) => line('unusual', text(each, 'detail'))),
      ]);

const ticketText = (ticket: unknown): string | undefined => {
  const state = text(ticket, 'state');
  if (state === undefined) return undefined;
  return member(ticket, 'ofRequester') === false ? `${state}, and somebody else’s` : state;
};

/** What happened, one event a line, in the order in which it did. */
export const eventLines = (
  events: readonly unknown[],
  people: ReadonlyMap<string, string>,
  now: Date,
): readonly string[] =>
  tableLines(
    events.map((event) => {
      const handle = text(member(event, 'actor'), 'handle') ?? '';
      const code = text(member(event, 'data'), 'code');
      return [
        ...['', time(event, 'at', now) ?? '', visibleLine(text(event, 'type') ?? '')],
        `${people.get(handle) ?? visibleLine(handle)}${code === undefined ? '' : `: ${visibleLine(code)}`}`,
      ];
    }),
  );

/** How those are called whom the request names, by handle. */
export const peopleOf = (view: unknown): ReadonlyMap<string, string> => {
  const staged = [view, member(view, 'extension')];
  const approvals = staged.flatMap((each) => list(each, 'stages')).flatMap((stage) => list(stage, 'approvals'));
  const people = [
    ...[member(view, 'requester'), member(member(view, 'review'), 'by')],
    ...staged.map((each) => member(member(each, 'closed'), 'by')),
    ...approvals.flatMap((each) => [member(each, 'approver'), member(each, 'onBehalfOf')]),
  ];
  return new Map(people.flatMap((each) => [[text(each, 'handle') ?? '', personText(each)] as const]));
};
