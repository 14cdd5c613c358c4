import type { EventType } from '../lib/domain/event.ts';

export interface EventMeaning {
  /** What it says, in a sentence or two; where it is written. */
  readonly says: string;
  readonly when: string;
  readonly notWhen: string;
  /** As in docs/architecture.md. */
  readonly streams: readonly Stream[];
  /** The code that says so, from the repository's root: of each, the function that runs it writes the event. */
  readonly saidBy: readonly string[];
  /** Every function that may write it. A test holds both against the sources and the roles. */
  readonly writers: readonly string[];
}

export type Stream =
  | 'request#<id>'
  | 'refusals#<id>'
  | 'signin#<ulid>'
  | 'control'
  | 'person#<handle>'
  | 'alarm#<yyyy-mm-dd>'
  | 'log'
  | 'checkpoint';

const LIFECYCLE = { streams: ['request#<id>'], saidBy: ['lib/broker/decide-request.ts'] } as const;
const ACTS = { ...LIFECYCLE, writers: ['requests', 'on-chat-act'] } as const;
const ISSUE = { streams: ['request#<id>'], saidBy: ['lib/broker/issue.ts'], writers: ['credentials'] } as const;
const HOLDS = { streams: ['control'], saidBy: ['lib/broker/holds.ts'], writers: ['requests'] } as const;
const STANDING = { streams: ['person#<handle>'] } as const;
const LINKS = { ...STANDING, saidBy: ['lib/broker/link-identities.ts'], writers: ['signin'] } as const;
const DELEGATIONS = { ...STANDING, saidBy: ['lib/broker/delegations.ts'], writers: ['requests'] } as const;

/** What each event means: docs/events.md is made of it. A type without a row does not compile. */
export const EVENT_MEANINGS = {
  'request.submitted': {
    says: 'A principal asked; with `autoApproved` it is approved in the same breath, with `breakGlass` past the approval and to be reviewed by then, with `bundle` together with others, with `scope` for no more than that of the role; `revokers` is who may revoke it besides its approvers, whatever becomes of access.yml.',
    when: 'the ask is accepted; what counts against a limit is reserved before',
    notWhen: 'the ask is refused, or is the same submission again',
    streams: ['request#<id>'],
    saidBy: ['lib/broker/submit-request.ts'],
    writers: ['requests', 'on-chat-act'],
  },
  'request.approved': {
    says: 'One approver said yes at one stage (`couldServe`: of parallel stages, all that they could speak for), with `extension` to more time; the fold says when it is enough.',
    when: 'an approver may say it, of what they were shown',
    notWhen: 'the same approver says so again',
    ...ACTS,
  },
  'request.denied': {
    says: 'An approver said no; with `extension` only to more time, and the grant goes on.',
    when: 'an approver may say it, while it is pending',
    notWhen: 'it was decided before, or its time was over',
    ...ACTS,
  },
  'request.cancelled': {
    says: 'The requester took a pending request back; with `extension` only the ask for more time.',
    when: 'its requester says so while it is pending',
    notWhen: 'it expired by time: that is computed',
    ...ACTS,
  },
  'request.extension_requested': {
    says: 'The requester asked for more time on a live grant, which goes on as it is meanwhile.',
    when: 'somebody has to approve more time',
    notWhen: 'the entitlement lets it be extended by rule',
    ...ACTS,
  },
  'request.extended': {
    says: 'The requester got more time on a live grant, by rule.',
    when: 'the entitlement lets it be extended by rule',
    notWhen: 'an approval is needed: then a `request.approved` with `extension` says so',
    ...ACTS,
  },
  'request.reviewed': {
    says: 'Somebody else looked at a break-glass, with `verdict` and comment.',
    when: 'a reviewer says so, during it or afterwards',
    notWhen: 'the same person says so again',
    ...ACTS,
  },
  'request.lapsed': {
    says: 'A pending request’s time was over. For those who follow the ledger: the status says so by itself.',
    when: 'the schedule finds it so, within minutes',
    notWhen: 'it was decided before, or its extension lapsed: that is computed',
    ...LIFECYCLE,
    saidBy: ['lib/broker/run-dues.ts'],
    writers: ['on-schedule'],
  },
  'request.revoked': {
    says: 'Somebody else ended a grant, or the sessions that were left of one that was over: ended by its requester, or by time.',
    when: 'an approver or a revoker says so; the schedule, where the ticket of the grant was closed and access.yml says so',
    notWhen: 'no session of a grant that is over can be out any more, or they are denied already',
    ...LIFECYCLE,
    saidBy: ['lib/broker/decide-request.ts', 'lib/broker/run-dues.ts'],
    writers: ['requests', 'on-chat-act', 'on-schedule'],
  },
  'request.ended': {
    says: 'The requester ended a grant early.',
    when: 'its requester says so while it is scheduled or active',
    notWhen: 'it ran out: that is computed',
    ...ACTS,
  },
  'credentials.intended': {
    says: 'A role session is about to be opened.',
    when: 'an issue is admitted, before STS is called: without it nothing is opened',
    notWhen: 'the issue is refused',
    ...ISSUE,
  },
  'credentials.issued': {
    says: 'A role session was opened; `intent` is the `eventId` of its intent, `accessKeyId` what CloudTrail calls it.',
    when: 'STS opened it, before any of it leaves',
    notWhen: 'the grant was closed since the intent: then it is `credentials.withheld`',
    ...ISSUE,
  },
  'credentials.withheld': {
    says: 'A role session was opened, the grant was closed meanwhile, nobody got it.',
    when: 'the ledger, read again after STS answered, says that the grant is over',
    notWhen: 'the grant was closed after the credentials were on record',
    ...ISSUE,
  },
  'credentials.failed': {
    says: 'AWS said no; nothing was opened.',
    when: 'STS refuses, or nothing could be signed for it',
    notWhen: 'AWS did not answer: then it is `credentials.unknown`',
    ...ISSUE,
  },
  'credentials.unknown': {
    says: 'AWS did not answer, or the function was cut off before it said what AWS answered (`NoOutcome`); a session may be open that nobody holds.',
    when: 'STS times out; or ten minutes after an intent that has no outcome, by the schedule',
    notWhen: 'another outcome of that intent is on record',
    streams: ['request#<id>'],
    saidBy: ['lib/broker/issue.ts', 'lib/broker/settle-intents.ts'],
    writers: ['credentials', 'on-schedule'],
  },
  'credentials.refused': {
    says: 'An issue was refused to somebody who may read the request. Apart from the lifecycle, so that nobody can crowd out a revoke.',
    when: 'a check of the issue says no',
    notWhen: 'the same refusal was recorded within a minute; strangers (404) and anonymous calls (401)',
    streams: ['refusals#<id>'],
    saidBy: ['lib/broker/record-refusal.ts'],
    writers: ['credentials'],
  },
  'console.issued': {
    says: 'A console sign-in URL was made of the session that `intent` opened.',
    when: 'AWS gave the token for it, before the URL leaves',
    notWhen: 'AWS gave none: the session was opened, and nobody got it',
    streams: ['request#<id>'],
    saidBy: ['lib/broker/open-console.ts'],
    writers: ['credentials'],
  },
  'sessions.ended': {
    says: 'Sessions of a closed request that were out are denied everything: by the role’s permissions `boundary`, or, where too many are revoked at once, with all that the requester opened on the role before (`source_identity`), or with everybody’s (`token_issue_time`); `tookMs` is from the close until IAM showed it.',
    when: 'IAM shows the deny',
    notWhen:
      'none was ever opened, or all were over by themselves; the requester ended the grant, access.yml does not say `session.revokeOnEnd`, and nobody revoked it afterwards',
    streams: ['request#<id>'],
    saidBy: ['lib/broker/revoke-sessions.ts'],
    writers: ['on-revocation'],
  },
  'signin.succeeded': {
    says: 'A principal signed in. `method`: `browser`, `token_exchange`, `authorization_code` (command line), `device_code` (device authorization).',
    when: 'an assertion was verified and accepted, before the session leaves',
    notWhen: 'it is a refresh of an earlier one',
    streams: ['signin#<ulid>'],
    saidBy: ['lib/identity/sign-in.ts', 'lib/identity/oauth/family.ts'],
    writers: ['signin', 'token'],
  },
  'signin.refused': {
    says: 'An assertion with a good signature was refused.',
    when: 'a check after the signature says no',
    notWhen: 'the assertion proves nothing: that is a log line',
    streams: ['signin#<ulid>'],
    saidBy: ['lib/identity/sign-in.ts'],
    writers: ['signin', 'token'],
  },
  'signin.ended': {
    says: 'A session was ended before its time: signed out, removed by its owner, a token of it was used twice, the identity provider no longer speaks for the person (`provider_refused`), or says that they signed out there (`provider_ended`).',
    when: 'it is surely gone',
    notWhen: 'it expired, or a new sign-in of the same browser took its place',
    streams: ['signin#<ulid>'],
    saidBy: ['lib/identity/end-session.ts'],
    writers: ['signin', 'token'],
  },
  'hold.placed': {
    says: 'Somebody of `security` put a hold on a person, an entitlement, an account or everything, or `npm run restore` or `npm run failover` on everything (`restore`); carries the state after it.',
    when: 'they say so; a ledger that was restored, or another region, is opened',
    notWhen: 'the same hold is in force already',
    ...HOLDS,
  },
  'hold.lifted': {
    says: 'A hold was taken away; carries the state after it.',
    when: 'somebody of `security` says so',
    notWhen: 'it is not in force',
    ...HOLDS,
  },
  'policy.activated': {
    says: 'An access policy was deployed or rolled back to: functions with another one let nothing grow; carries the state after it.',
    when: 'CloudFormation deploys it',
    notWhen: 'it is the active one already',
    streams: ['control'],
    saidBy: ['lib/broker/activate-policy.ts'],
    writers: ['on-deploy'],
  },
  'link.made': {
    says: 'Identities were proved to be one person’s, all of `person` (in the stream of each of them; carries the state after it); with `chat`: that account at Slack or Teams, by the platform’s ids, is this identity from now on.',
    when: 'one browser proved both, or the owner of the chat account typed its code',
    notWhen: 'the stream says so already',
    ...LINKS,
  },
  'link.removed': {
    says: 'An identity is no longer shown as linked; for self-approval it counts all the same (in the stream of each); with `chat`: that account is nobody now.',
    when: 'the person says so',
    notWhen: 'it is not linked',
    ...LINKS,
  },
  'delegation.made': {
    says: 'Somebody approves in another’s place for a time (in the streams of both; the delegate’s decides).',
    when: 'the one who will be away says so',
    notWhen: 'it is there already',
    ...DELEGATIONS,
  },
  'delegation.removed': {
    says: 'A delegation was ended before its time.',
    when: 'either of the two says so',
    notWhen: 'it ran out: that is computed',
    ...DELEGATIONS,
  },
  'reservation.made': {
    says: 'Requests are about to count against their requester’s limits.',
    when: 'an ask is accepted, before its request is there',
    notWhen:
      'a request is approved in the same breath and is no break-glass; it is reserved already. Nothing releases one: the request itself says whether it still counts',
    ...STANDING,
    saidBy: ['lib/broker/reservations.ts'],
    writers: ['requests', 'on-chat-act'],
  },
  'person.signed_out': {
    says: 'Somebody of `security` ended all sessions of a person or a job, `ended` of them, by all of their identities (`people`; in the stream of the one that was named; carries the state after it).',
    when: 'they said so, and the sessions are surely gone',
    notWhen: 'a session was ended by its owner, its provider or by time: then it is `signin.ended`, or nothing',
    ...STANDING,
    saidBy: ['lib/broker/end-persons-sessions.ts'],
    writers: ['requests'],
  },
  'person.forgotten': {
    says: 'What was kept of a person beside the ledger was deleted: names, words, sessions, accounts in chat (in the stream of each of their identities; carries the state after it). It names the handle only.',
    when: 'somebody whom IAM lets has invoked `on-forget`, and all of it is gone',
    notWhen: 'it is said so already, and nothing has come since; something stands against it: the answer says what',
    ...STANDING,
    saidBy: ['lib/broker/forget-person.ts'],
    writers: ['on-forget'],
  },
  'ledger.altered': {
    says: 'An item of the ledger was overwritten (`modify`), deleted (`remove`), or put there and is no event that follows what is there (`insert`); by the day of the change.',
    when: 'the ledger’s stream shows it',
    notWhen:
      'the same change is told again; the alarms of that day cannot be read: then it is a log line, and the change stays in the queue `ledger-stream-failures`',
    streams: ['alarm#<yyyy-mm-dd>'],
    saidBy: ['lib/broker/watch-ledger.ts'],
    writers: ['on-ledger-event'],
  },
  'log.extended': {
    says: 'Events were put into the Merkle log (RFC 9162) that all of the ledger ends up in: the leaf of each is over its `hash`; `first` is which leaf the first of them is, `carried` the log after them.',
    when: 'the ledger’s stream tells of them, within seconds; at most 100 at once, those of one stream in their order and without a gap. After a restore what the log has lost is put there anew, in the order that was signed (`restore`)',
    notWhen: 'an event is in the log already; it is of `log` or of `checkpoint` itself',
    streams: ['log'],
    saidBy: ['lib/broker/log/sequence.ts'],
    writers: ['on-sequence'],
  },
  'checkpoint.signed': {
    says: 'The log as it was: `checkpoint` is canonical JSON of its size, its root, the time, whose log it is and the hash of the checkpoint before; `signature` is over its bytes, by the key that `kid` names and that never leaves KMS.',
    when: 'five minutes have passed and the log has grown. After a restore what was signed is put back as it was (`restore`)',
    notWhen:
      'the log has not grown since the last one; what is there does not begin with what was signed before: then it is the alarm `checkpoint-refused`',
    streams: ['checkpoint'],
    saidBy: ['lib/broker/log/sign-checkpoint.ts'],
    writers: ['on-checkpoint'],
  },
} as const satisfies Readonly<Record<EventType, EventMeaning>>;
