import type { StoredEvent } from '../../lib/domain/event.ts';
import {
  type Around,
  type Entry,
  type Evidence,
  type Given,
  type UseCase,
  entriesOf,
  eventsOf,
  requestIdOf,
  requestStreams,
} from '../support/history.ts';
import { identitiesOf } from '../model/oracle/around.ts';
import { factsOf } from '../model/oracle/facts.ts';
import { OUTCOMES } from './made-by.ts';

type Asked = Extract<Entry, { kind: 'asked' }>;
type Answered = Extract<Entry, { kind: 'answered' }>;

const answeredCalls = ({ entries }: Evidence): readonly { asked: Asked; answered: Answered }[] => {
  const asked = new Map(entriesOf(entries, 'asked').map((entry) => [entry.call, entry]));
  return entriesOf(entries, 'answered').flatMap((answered) => {
    const entry = asked.get(answered.call);
    return entry ? [{ asked: entry, answered }] : [];
  });
};

/** Whoever hears that it was done finds it in the ledger; an outcome on record is what STS did; nobody hears 409 about their own yes. */
export const answersTellTheTruth = (evidence: Evidence): readonly string[] => [
  ...answeredCalls(evidence).flatMap(({ asked, answered }) =>
    answered.code === 'ok' && !isOnRecord(evidence, asked, answered)
      ? [`I8 ${asked.use} was answered as done and is not in the ledger`]
      : [],
  ),
  ...outcomesAreTrue(evidence),
  ...ownApprovals(evidence),
];

const isOnRecord = (evidence: Evidence, asked: Asked, { given }: Answered): boolean => {
  const { use, by, requestId } = asked;
  if (isAround(use)) return evidence.streams.flat().some((event) => AROUND[use](event, asked, given));
  const types = RECORDED[use];
  // Reading leaves nothing behind.
  if (types.length === 0) return true;
  // A yes said with another identity of the same person is said.
  const handles = identitiesOf(evidence.streams.flat(), by.handle);
  const ids = requestId === undefined ? (given.requestIds ?? [given.requestId]) : [requestId];
  return ids.every((id) =>
    (requestStreams(evidence).find((stream) => requestIdOf(stream) === id) ?? []).some(
      (event) => types.includes(event.type) && handles.includes(event.actor.handle),
    ),
  );
};

/** What stands in another stream than a request's. Done before, it is on record from then. */
const AROUND: Readonly<Record<Around, (event: StoredEvent, asked: Asked, given: Given) => boolean>> = {
  hold: (event, _asked, { hold }) => event.type === 'hold.placed' && event.data.hold.id === hold?.id,
  lift: (event, { holdId }) => event.type === 'hold.lifted' && event.data.holdId === holdId,
  link: (event, _asked, { linked = [] }) =>
    // Who names themselves has said nothing.
    new Set(linked).size === 1 ||
    (event.type === 'link.made' && linked.every((handle) => event.data.person.includes(handle))),
  lend: (event, { by }, { delegationId }) =>
    event.type === 'delegation.made' &&
    event.data.delegation.by === by.handle &&
    // Over HTTP some answers were lost on the way, and with them the id.
    (delegationId === undefined || event.data.delegation.id === delegationId),
  takeBack: (event, { delegationId }) =>
    event.type === 'delegation.removed' && event.data.delegationId === delegationId,
};

const isAround = (use: UseCase): use is Around => Object.hasOwn(AROUND, use);

const RECORDED: Readonly<Record<Exclude<UseCase, Around>, readonly string[]>> = {
  list: [],
  read: [],
  submit: ['request.submitted'],
  bundle: ['request.submitted'],
  approve: ['request.approved'],
  deny: ['request.denied'],
  cancel: ['request.cancelled'],
  end: ['request.ended'],
  revoke: ['request.revoked'],
  extend: ['request.extended', 'request.extension_requested'],
  review: ['request.reviewed'],
  credentials: ['credentials.issued'],
  console: ['console.issued'],
};

/** I5: `issued` and `withheld` name a session that STS did open in that call, and `failed` is said only where it opened none. */
const outcomesAreTrue = ({ entries }: Evidence): readonly string[] =>
  eventsOf(
    entriesOf(entries, 'appended').map(({ event }) => event),
    ...OUTCOMES,
  ).flatMap((event) => {
    const own = entriesOf(entries, 'appended').find((entry) => entry.event === event)?.call;
    const opened = entriesOf(entries, 'opened').filter(({ call }) => call === own);
    if (event.type === 'credentials.failed') return opened.length === 0 ? [] : ['I5 said failed, and STS opened one'];
    if (event.type === 'credentials.unknown') return [];
    const { accessKeyId } = event.data;
    return opened.some((session) => session.accessKeyId === accessKeyId) ? [] : ['I5 a session that STS never opened'];
  });

/** An approver who heard yes once hears it again as long as nobody closed the request, unless their yes is to more time that came to nothing. */
const ownApprovals = (evidence: Evidence): readonly string[] => {
  const open = new Set(
    requestStreams(evidence)
      .filter(
        (events) =>
          eventsOf(events, 'request.denied', 'request.cancelled', 'request.ended', 'request.revoked').length === 0,
      )
      .map(requestIdOf),
  );
  const askedAt = new Map<number, { asked: Asked; at: number }>();
  const saidAt = new Map<string, number>();
  const lastSaid = new Map<string, number>();
  return evidence.entries.flatMap((entry, at) => {
    if (entry.kind === 'asked' && entry.use === 'approve') askedAt.set(entry.call, { asked: entry, at });
    const before = entry.kind === 'answered' ? askedAt.get(entry.call) : undefined;
    if (entry.kind !== 'answered' || !before || !open.has(before.asked.requestId ?? '')) return [];
    const who = `${before.asked.by.handle} ${before.asked.requestId ?? ''}`;
    if (entry.code === 'ok') {
      saidAt.set(who, Math.min(at, saidAt.get(who) ?? at));
      lastSaid.set(who, Math.max(before.at, lastSaid.get(who) ?? 0));
    }
    // A call that was asked before the yes may have been decided before it too.
    const isAgain =
      before.at > (saidAt.get(who) ?? Infinity) &&
      !isToMoreInVain(evidence.entries.slice(0, at), before.asked.requestId ?? '', lastSaid.get(who) ?? 0);
    return isAgain && (entry.code === 'wrong_status' || entry.code === 'ledger_conflict')
      ? ['I9 409 on an approver’s own yes']
      : [];
  });
};

/** Whether more time was asked for since they last said yes, and was not given by now. */
const isToMoreInVain = (entries: readonly Entry[], requestId: string, lastSaid: number): boolean => {
  const events = entries.flatMap((entry, at) =>
    entry.kind === 'appended' && entry.event.stream === `request#${requestId}` ? [{ event: entry.event, at }] : [],
  );
  const asked = events.findLast(({ event }) => event.type === 'request.extension_requested');
  if (!asked || asked.at < lastSaid) return false;
  return factsOf(events.map(({ event }) => event)).extension?.enoughMs === undefined;
};

/** I9: one key of one person names one request and one body. */
export const sameKeySameRequest = (evidence: Evidence): readonly string[] => {
  const first = new Map<string, { body: string; requestId: string }>();
  return answeredCalls(evidence).flatMap(({ asked, answered }) => {
    const { key, body = '' } = asked.submission ?? {};
    const { requestId } = answered.given;
    if (answered.code !== 'ok' || key === undefined || requestId === undefined) return [];
    const name = `${asked.by.handle} ${key}`;
    const winner = first.get(name) ?? { body, requestId };
    first.set(name, winner);
    return [
      ...(winner.body === body ? [] : ['I9 the same key took another body']),
      ...(winner.requestId === requestId ? [] : ['I9 the same key made a second request']),
    ];
  });
};
