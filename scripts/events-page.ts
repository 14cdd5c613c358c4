import { EVENT_MEANINGS, type EventMeaning } from './event-meanings.ts';

/** The page about the events, made from the table of their meanings. */
export const eventsPage = (): string => `# Events

Made from the code by \`npm run docs\`; a test compares, and another holds who writes an event against the sources and the roles of the functions.

Every event in the ledger: \`{stream, seq, eventId, type, at, actor, policy, key?, data, prevHash, hash, v}\`. The types are closed (\`lib/domain/event.ts\`).
\`policy\` is the version of the access policy in the bundle that wrote it: the hash of its canonical form. \`key\` is made of the Idempotency-Key
that an act was said with (approve, deny, cancel, extend, revoke, end, review), if any. No event holds a secret, or anybody’s words: those stand beside it and can be
forgotten. People are handles there, and issuer and subject where access.yml itself names them.

| type | says | stream | written by | written when | *not* written when |
|---|---|---|---|---|---|
${Object.entries(EVENT_MEANINGS).map(rowOf).join('')}
Whether an event follows the last one is checked for requests over their whole stream, and for \`control\` and \`person#<handle>\`, which may be long, by the one before it.
\`ledger.altered\` names the place, and the hashes that the item had before and after where it had any. A forged event that is sealed rightly and follows the last one
cannot be told from a genuine one by the stream: that only roles of Hatcheck may put is what stands against it. Where one event of a stream is altered, the
one behind it may be reported as an \`insert\` too, since it no longer follows.

## Notices

What somebody should be told of an event, or of a time that has come, is put on the queue \`notices\`: one notice an event at most, named after it, and one for each
reminder. It holds ids and groups, no words and no
secrets (\`docs/decisions/0007-notices-on-a-queue.md\`). \`on-notice\` tells it in the channels that access.yml's \`chat\` names, and the requester, and who is named one by one, alone: at their linked account, or by mail.

| kind | of | to |
|---|---|---|
| \`approval_wanted\` | \`request.submitted\`, \`request.approved\` and \`request.extension_requested\`, while somebody is missing | the approvers of the stages that are open |
| \`approved\` | the \`request.approved\` that was the last, of a request or of its extension | the requester |
| \`denied\`, \`revoked\`, \`lapsed\`, \`reviewed\` | the event of that name | the requester |
| \`ended\` | \`request.ended\` | nobody: messages that show the request are made true |
| \`cancelled\` | \`request.cancelled\`, of a request or of its extension | whoever was asked by then |
| \`break_glass\` | \`request.submitted\` past the approval | the reviewers, and the channels that access.yml names |
| \`approval_reminder\` | half of the time that a pending request, or a pending extension, has, once each | the approvers of the stages that are open |
| \`escalated\` | the time at which others are asked too, if the request or its extension is still pending | those others |
| \`chat_linked\`, \`chat_unlinked\` | \`link.made\`, \`link.removed\` with \`chat\` | that account, the person's other accounts, and the person by mail |
| \`review_reminder\`, \`review_overdue\` | half of the time for the review of a break-glass, and its end, if there was none | the reviewers |

An intent without an outcome means that the function was cut off between the two: a role session may or may not be open. After ten minutes the schedule says so (\`credentials.unknown\`) and raises the alarm \`intent-lost\`. \`data.intent\` of an outcome is
the \`eventId\` of its intent.

\`request.approved\` and \`request.denied\` with \`extension\` speak of the extension that was pending then; the fold knows which. People who are named as approvers, reviewers or revokers stand in
\`request.submitted\` and \`request.extension_requested\` by issuer and subject, as access.yml names them: their names elsewhere can be forgotten, these stay, and so do the ids of accounts in chat.
`;

const rowOf = ([type, meaning]: [string, EventMeaning]): string => {
  const { says, streams, writers, when, notWhen } = meaning;
  return `| ${[`\`${type}\``, says, codes(streams), codes(writers), when, notWhen].join(' | ')} |\n`;
};

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
