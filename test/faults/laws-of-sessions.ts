import type { StoredEvent } from '../../lib/domain/event.ts';
import type { RoleSessionOrder } from '../../lib/domain/role-session.ts';
import { factsOf } from '../model/oracle/facts.ts';
import { type Evidence, type Given, entriesOf, eventsOf, requestIdOf, requestStreams } from '../support/history.ts';
import { OUTCOMES } from './made-by.ts';

/** I5 and I6 of what STS was asked: by an intent that was committed before, once, and for no longer than the grant. */
export const sessionsHaveIntents = (evidence: Evidence): readonly string[] =>
  requestStreams(evidence).flatMap((events) => {
    const id = requestIdOf(events);
    const intents = eventsOf(events, 'credentials.intended');
    const ordered = entriesOf(evidence.entries, 'ordered').filter(({ requestId }) => requestId === id);
    return [
      ...(ordered.length > intents.length
        ? [`I5 ${id}: ${ordered.length} calls of STS for ${intents.length} intents`]
        : []),
      ...ordered.flatMap(({ call, order }) => (order ? wrongOrder(evidence, id, call, order) : [])),
      ...withoutOutcome(evidence, id, events),
    ];
  });

const wrongOrder = ({ entries }: Evidence, id: string, call: number, order: RoleSessionOrder): readonly string[] => {
  const ownEntries = entries.filter((entry) => entry.call === call);
  const at = ownEntries.findIndex(({ kind }) => kind === 'ordered');
  const committed = entriesOf(ownEntries.slice(0, at), 'appended').map(({ event }) => event);
  const [intent, ...more] = eventsOf(committed, 'credentials.intended');
  if (!intent || more.length > 0) return [`I5 ${id}: STS is asked after ${more.length + (intent ? 1 : 0)} intents`];
  return [
    ...(entriesOf(ownEntries, 'ordered').length === 1 ? [] : [`I5 ${id}: STS is asked twice for one intent`]),
    ...(order.endsAt === intent.data.endsAt && order.roleArn === intent.data.roleArn
      ? []
      : [`I5 ${id}: STS is asked for something other than what was intended`]),
    ...(endOf(order) <= Date.parse(intent.data.endsAt)
      ? []
      : [`I6 ${id}: the session policy does not end with the grant`]),
  ];
};

/** When the session policy denies everything. */
const endOf = ({ policy }: RoleSessionOrder): number =>
  Math.min(
    ...policy.Statement.flatMap((statement) => {
      if (statement.Effect !== 'Deny' || statement.Action?.[0] !== '*' || statement.Resource?.[0] !== '*') return [];
      const end = statement.Condition?.['DateGreaterThanEquals']?.['aws:CurrentTime'];
      return typeof end === 'string' ? [Date.parse(end)] : [];
    }),
    Infinity,
  );

/** An intent may lack its outcome only where its call came to no good end: it crashed, or answered that it does not know. */
const withoutOutcome = ({ entries }: Evidence, id: string, events: readonly StoredEvent[]): readonly string[] => {
  const known = new Set<string>(eventsOf(events, ...OUTCOMES).map(({ data }) => data.intent));
  const open = eventsOf(events, 'credentials.intended').filter(({ eventId }) => !known.has(eventId));
  const answers = new Map(entriesOf(entries, 'answered').map(({ call, code }) => [call, code]));
  const lost = entriesOf(entries, 'asked').filter(
    ({ call, use, requestId }) =>
      requestId === id &&
      (use === 'credentials' || use === 'console') &&
      UNRESOLVED.includes(answers.get(call) ?? 'unanswered'),
  );
  return open.length <= lost.length
    ? []
    : [`I5 ${id}: ${open.length} intents without an outcome, and ${lost.length} calls that say so`];
};

const UNRESOLVED: readonly string[] = ['unanswered', 'ledger_unavailable', 'aws_unavailable'];

/** I1, I2 and I6 of what left: it was approved, intended and put on record before, and ends with the grant. */
export const whatLeftWasAllowed = (evidence: Evidence): readonly string[] => {
  const asked = new Map(entriesOf(evidence.entries, 'asked').map((entry) => [entry.call, entry]));
  const left = entriesOf(evidence.entries, 'answered').filter(({ given }) => given.accessKeyId ?? given.url);
  const keys = left.flatMap(({ given }) => given.accessKeyId ?? []);
  return [
    ...(new Set(keys).size === keys.length ? [] : ['I2 one role session left twice']),
    ...left.flatMap(({ call, code, given }) => {
      const entry = asked.get(call);
      if (code !== 'ok' || !entry) return ['I1 something left with a refusal'];
      const events = requestStreams(evidence).find((stream) => requestIdOf(stream) === entry.requestId) ?? [];
      // Whatever took effect after the answer is not what it was based on.
      const until = evidence.entries.findIndex((each) => each.kind === 'answered' && each.call === call);
      const late = new Set(
        entriesOf(evidence.entries.slice(until), 'appended').map(({ event }) => `${event.stream} ${event.seq}`),
      );
      const committed = events.filter((event) => !late.has(`${event.stream} ${event.seq}`));
      return wrongGift(committed, given, entry.by.handle).map((what) => `${what} (${entry.requestId ?? ''})`);
    }),
    ...consoleUrls(evidence),
  ];
};

const wrongGift = (committed: readonly StoredEvent[], given: Given, handle: string): readonly string[] => {
  if (given.url) return [];
  const issued = eventsOf(committed, 'credentials.issued').find(({ data }) => data.accessKeyId === given.accessKeyId);
  if (!issued) return ['I1 credentials left without a committed outcome'];
  const at = committed.findIndex(({ eventId }) => eventId === issued.data.intent);
  const intent = eventsOf(committed.slice(at, at + 1), 'credentials.intended')[0];
  if (!intent) return ['I1 credentials left without a committed intent'];
  if (committed[0]?.type !== 'request.submitted') return ['I1 credentials left without a request'];
  const { startMs, endMs, asked } = factsOf(committed.slice(0, at));
  if (startMs === undefined || endMs === undefined) return ['I1 credentials left without an approval'];
  const nowMs = Date.parse(intent.at);
  return [
    ...(startMs <= nowMs && nowMs < endMs ? [] : ['I1 the approval does not cover the time of the intent']),
    ...(asked.actor.handle === handle ? [] : ['I1 to somebody other than the requester']),
    ...(asked.data.snapshot.roleArn === intent.data.roleArn ? [] : ['I1 another role than was approved']),
    ...(Date.parse(intent.data.endsAt) <= endMs ? [] : ['I6 the intent ends after the grant']),
    ...(Date.parse(given.expiration ?? '') <= endMs ? [] : ['I6 the credentials end after the grant']),
  ];
};

/** I1 for the console: as many `console.issued` as URLs that left, at least. */
const consoleUrls = (evidence: Evidence): readonly string[] =>
  requestStreams(evidence).flatMap((events) => {
    const id = requestIdOf(events);
    const calls = new Set(
      entriesOf(evidence.entries, 'asked')
        .filter(({ requestId }) => requestId === id)
        .map(({ call }) => call),
    );
    const urls = entriesOf(evidence.entries, 'answered').filter(({ call, given }) => calls.has(call) && given.url);
    return urls.length <= eventsOf(events, 'console.issued').length ? [] : [`I1 ${id}: a URL left unrecorded`];
  });
