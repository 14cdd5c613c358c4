import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Command } from '../../lib/domain/command.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { meet } from '../model/oracle/around.ts';
import { factsOf } from '../model/oracle/facts.ts';
import { verdict } from '../model/oracle/verdict.ts';
import { type Evidence, eventsOf, requestStreams } from '../support/history.ts';
import { knownWhen } from './known-when.ts';
import { OUTCOMES, makersOf } from './made-by.ts';

/** I7: no gap, each hash and link, time not backwards; computed here anew rather than by the code that wrote it. */
export const chainHolds = ({ streams }: Evidence): readonly string[] =>
  streams.flatMap((events) =>
    events.flatMap((event, index) => {
      const { hash, ...body } = event;
      const before = events[index - 1];
      const wrong = [
        ...(event.seq === index ? [] : ['gap']),
        ...(event.stream === events[0]?.stream ? [] : ['stream']),
        ...(event.prevHash === (before?.hash ?? '') ? [] : ['prevHash']),
        ...(createHash('sha256')
          .update(canonicalize(body) ?? '')
          .digest('base64url') === hash
          ? []
          : ['hash']),
        ...(before && Date.parse(event.at) < Date.parse(before.at) ? ['at'] : []),
      ];
      return wrong.map((what) => `I7 ${event.stream} at ${index}: ${what}`);
    }),
  );

/** I2, I3, I4 and I8 over each request: every event is one that could follow those before it, by somebody who asked for it. */
export const followsTheRules = (evidence: Evidence): readonly string[] =>
  requestStreams(evidence).flatMap((events) => {
    const stream = events[0]?.stream ?? '';
    if (events[0]?.type !== 'request.submitted') return [`I8 ${stream} does not begin with its submission`];
    return events.flatMap((event, index) =>
      (index === 0 ? [] : wrongNext(evidence, events.slice(0, index), event)).map(
        (what) => `${what} (${event.type} at ${event.seq} of ${stream})`,
      ),
    );
  });

const wrongNext = (evidence: Evidence, before: readonly StoredEvent[], event: StoredEvent): readonly string[] => {
  const command = commandOf(event);
  return command
    ? [...wrongDecision(evidence, before, event, command), ...wrongIdentity(before, event), ...wrongTime(before, event)]
    : wrongFact(before, event);
};

/** The same decision, taken again by the oracle, for that person at that time: somebody of that handle must have been allowed to. */
const wrongDecision = (
  evidence: Evidence,
  before: readonly StoredEvent[],
  event: StoredEvent,
  command: Command,
): readonly string[] => {
  const askers = makersOf(evidence, event);
  if (askers.length === 0) return ['I8 nobody asked for this'];
  const verdicts = new Set<string>();
  for (const around of [...knownWhen(evidence, event), ...(TAKES_AWAY.has(event.type) ? [NOTHING_READ] : [])])
    for (const { asked } of askers) {
      const { by, channel = 'portal' } = asked;
      const said = verdict({ events: before, around, policy: evidence.policy, channel }, command, by, event.at);
      if (said === event.type) return [];
      verdicts.add(said);
    }
  return [`${verdicts.has('limit_reached') ? 'I2' : 'I8'} must have been refused: ${[...verdicts].join(', ')}`];
};

/** What only takes away is done also while neither holds nor people can be read. */
const TAKES_AWAY: ReadonlySet<string> = new Set([
  'request.denied',
  'request.cancelled',
  'request.ended',
  'request.revoked',
]);
const NOTHING_READ: readonly StoredEvent[] = [];

/** I3, said without the oracle's verdict: its own words, since the whole house rests on it. */
const wrongIdentity = (before: readonly StoredEvent[], { type, actor, data }: StoredEvent): readonly string[] => {
  if (type !== 'request.approved') return [];
  if (before[0]?.actor.handle === actor.handle) return ['I3 the requester approves'];
  const facts = factsOf(before);
  const said = ('extension' in data ? facts.extension : facts.request)?.yeses ?? [];
  const seated = said.flatMap((yes) => [yes.actor.handle, ...(yes.data.onBehalfOf ? [yes.data.onBehalfOf] : [])]);
  const speaking = [actor.handle, ...('onBehalfOf' in data && data.onBehalfOf ? [data.onBehalfOf] : [])];
  return meet(seated, speaking) ? ['I3 the same approver counts twice'] : [];
};

/** I4, likewise. */
const wrongTime = (before: readonly StoredEvent[], { type, at }: StoredEvent): readonly string[] => {
  const { closing, endMs, data, intents } = factsOf(before);
  // What was given out may still be worn after the grant; whether it may is the oracle's to say.
  if (type === 'request.revoked' && intents.length > 0 && closing?.type !== 'request.revoked') return [];
  // A break-glass is looked at afterwards.
  if (type === 'request.reviewed') return [];
  if (closing) return ['I4 after it was closed'];
  if (endMs !== undefined && Date.parse(at) >= endMs) return ['I4 after the grant'];
  const lapsed = endMs === undefined && data.pendingUntil !== undefined && at >= data.pendingUntil;
  return lapsed && type !== 'credentials.intended' ? ['I4 after it had expired'] : [];
};

/** An outcome follows its intent, once; a console URL its issue. Only a session that is not handed out is told of after the end. */
const wrongFact = (before: readonly StoredEvent[], event: StoredEvent): readonly string[] => {
  const { closing } = factsOf(before);
  switch (event.type) {
    case 'credentials.issued':
    case 'credentials.withheld':
    case 'credentials.failed':
    case 'credentials.unknown': {
      const { intent } = event.data;
      const outcomes = eventsOf(before, ...OUTCOMES).filter(({ data }) => data.intent === intent);
      return [
        ...(eventsOf(before, 'credentials.intended').some(({ eventId }) => eventId === intent) ? [] : ['I5 no intent']),
        ...(outcomes.length === 0 ? [] : ['I5 a second outcome of one intent']),
        ...(closing && event.type === 'credentials.issued' ? ['I4 issued after it was closed'] : []),
        ...(!closing && event.type === 'credentials.withheld' ? ['I8 withheld though nobody closed it'] : []),
      ];
    }
    case 'console.issued': {
      const { intent } = event.data;
      return [
        ...(eventsOf(before, 'credentials.issued').some(({ data }) => data.intent === intent) ? [] : ['I5 no issue']),
        ...(eventsOf(before, 'console.issued').some(({ data }) => data.intent === intent) ? ['I5 twice'] : []),
        ...(closing ? ['I4 a console URL after it was closed'] : []),
      ];
    }
    case 'sessions.ended':
      return closing && factsOf(before).intents.length > 0 ? [] : ['I8 sessions ended that nobody closed'];
    default:
      return ['I8 has no place in a request'];
  }
};

const commandOf = (event: StoredEvent): Command | undefined => {
  switch (event.type) {
    case 'request.approved': {
      const { durationSeconds, startAt } = event.data;
      return {
        type: 'approve',
        ...(durationSeconds === undefined ? {} : { durationSeconds }),
        ...(startAt === undefined ? {} : { startAt }),
      };
    }
    case 'request.denied':
      return { type: 'deny', reason: event.data.reason };
    case 'request.cancelled':
      return { type: 'cancel' };
    case 'request.ended':
      return { type: 'end' };
    case 'request.revoked':
      return { type: 'revoke', reason: event.data.reason };
    case 'request.extended':
    case 'request.extension_requested': {
      const { durationSeconds, justification } = event.data;
      return {
        type: 'extend',
        durationSeconds,
        justification: { text: 'it takes longer than that', ref: justification },
      };
    }
    case 'request.reviewed':
      return { type: 'review', verdict: event.data.verdict, comment: event.data.comment };
    case 'credentials.intended':
      return { type: 'issue', purpose: event.data.purpose, sessionNameHash: event.data.sessionNameHash };
    default:
      return undefined;
  }
};
