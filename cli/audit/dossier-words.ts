import { inWords } from '../duration.ts';
import { personText } from '../shown/people.ts';
import { visibleLine } from '../shown/visible.ts';
import type { DossierAnswer, DossierEntry } from './dossier-answer.ts';
import type { Used } from './used.ts';

/** A fact with its name. */
export type Fact = readonly [name: string, value: string];

/** One line of the dossier, of the ledger or of CloudTrail, in words that are safe to show. */
export interface Told {
  readonly at: string;
  readonly what: string;
  readonly who: string;
  readonly facts: readonly Fact[];
  readonly words?: string;
  /** What proves it; absent for what CloudTrail says. */
  readonly proof?: string;
  readonly isBad: boolean;
}

const WHAT: Readonly<Record<string, string>> = {
  'request.submitted': 'asked',
  'request.approved': 'said yes',
  'request.denied': 'said no',
  'request.cancelled': 'took it back',
  'request.extension_requested': 'asked for more time',
  'request.extended': 'got more time, by rule',
  'request.reviewed': 'reviewed',
  'request.lapsed': 'lapsed, undecided',
  'request.revoked': 'revoked',
  'request.ended': 'gave it back',
  'credentials.intended': 'a role session is to be opened',
  'credentials.issued': 'role session opened',
  'credentials.withheld': 'role session opened, and given to nobody',
  'credentials.failed': 'no role session: AWS said no',
  'credentials.unknown': 'role session unknown: AWS did not answer',
  'credentials.refused': 'refused',
  'sessions.ended': 'sessions were denied everything',
  'console.issued': 'console opened',
};

/** All that happened and all that was done, by time. */
export const toldOf = ({ timeline }: DossierAnswer, used: readonly Used[]): readonly Told[] =>
  [...timeline.map(ofLedger), ...used.map(ofTrail)].toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));

const ofLedger = (entry: DossierEntry): Told => ({
  at: entry.at,
  what: WHAT[entry.type] ?? visibleLine(entry.type),
  who: personText(entry.actor),
  facts: factsOf(entry),
  ...(entry.words === undefined ? {} : { words: entry.words }),
  proof: proofText(entry.log),
  isBad: entry.log.state === 'unproved',
});

const factsOf = ({ on, onBehalfOf, grant, session, refusal, verdict, ended, policy }: DossierEntry): readonly Fact[] =>
  [
    ...(onBehalfOf ? [['in place of', personText(onBehalfOf)] as const] : []),
    ...(on ? onFacts(on) : []),
    ...(grant ? [['grant', `${grant.startsAt} to ${grant.endsAt}`] as const] : []),
    ...(session ? sessionFacts(session) : []),
    ...(refusal ? [['why', `${refusal.code}: ${refusal.reason}`] as const] : []),
    ...(verdict === undefined ? [] : [['verdict', verdict] as const]),
    ...(ended ? [['took', `${ended.tookMs} ms, by ${ended.by}`] as const] : []),
    ...(policy === undefined ? [] : [['policy', policy] as const]),
  ].map(([name, value]) => [name, visibleLine(value)]);

const onFacts = ({
  what,
  roleArn,
  durationSeconds,
  ticket,
  scope,
}: NonNullable<DossierEntry['on']>): readonly Fact[] => [
  ['on', `${what === 'request' ? 'the request' : 'more time'}: ${roleArn}, ${inWords(durationSeconds)}`],
  ...(ticket === undefined ? [] : [['ticket', ticket] as const]),
  ...(scope ? [['scope', `${scope.actions.join(' ')} on ${scope.resources.join(' ')}`] as const] : []),
];

const sessionFacts = (session: NonNullable<DossierEntry['session']>): readonly Fact[] => {
  const { purpose, durationSeconds, accessKeyId, expiration, reason, urlExpiresAt } = session;
  return [
    ['for', `${purpose}, ${inWords(durationSeconds)}`],
    ...(accessKeyId === undefined ? [] : [['access key', accessKeyId] as const]),
    ...(expiration === undefined ? [] : [['until', expiration] as const]),
    ...(urlExpiresAt === undefined ? [] : [['address good until', urlExpiresAt] as const]),
    ...(reason === undefined ? [] : [['why', reason] as const]),
  ];
};

const ofTrail = ({ at, action, accessKeyId, region, sourceIp, error, otherIdentity }: Used): Told => ({
  ...{ at, what: visibleLine(action), who: 'CloudTrail' },
  facts: [
    ['access key', visibleLine(accessKeyId)],
    ...(region === undefined ? [] : [['region', visibleLine(region)] as const]),
    ...(sourceIp === undefined ? [] : [['from', visibleLine(sourceIp)] as const]),
    ...(error === undefined ? [] : [['AWS said', visibleLine(error)] as const]),
    ...(otherIdentity === undefined ? [] : [['as another identity', visibleLine(otherIdentity)] as const]),
  ],
  isBad: otherIdentity !== undefined,
});

/** Also in the portal, in these words. */
export const proofText = ({ state, index, checkpoint }: DossierEntry['log']): string => {
  if (state === 'proved') return `proved by checkpoint ${checkpoint ?? '?'}, as number ${index ?? '?'} of the log`;
  if (state === 'waiting') return 'no checkpoint covers it yet';
  return 'NOT PROVED: what should prove it does not; hatcheck audit verify says why';
};

/** What the dossier is of. */
export const headFacts = ({ request, coverage, at }: DossierAnswer): readonly Fact[] => {
  const { requester, roleArn, accountId, entitlementId, ticket, status, breakGlass, grant } = request;
  const { proved, waiting, unproved, checkpoint } = coverage;
  const counts = `${proved} proved, ${waiting} not covered yet${unproved > 0 ? `, ${unproved} NOT PROVED` : ''}`;
  return (
    [
      ['request', request.id],
      ['requester', `${personText(requester)}, ${requester.handle}`],
      ['role', `${roleArn} in ${accountId}`],
      ['entitlement', `${request.title} (${entitlementId})`],
      ...(ticket === undefined ? [] : [['ticket', ticket] as const]),
      ['status', `${status}${breakGlass === true ? ', break-glass' : ''}`],
      ...(grant ? [['grant', `${grant.startsAt} to ${grant.endsAt}`] as const] : []),
      ['events', counts],
      ...(checkpoint
        ? [['checkpoint', `${checkpoint.seq} of ${checkpoint.at}, by key ${checkpoint.kid}`] as const]
        : []),
      ['as of', at],
    ] as const satisfies readonly Fact[]
  ).map(([name, value]) => [name, visibleLine(value)]);
};
