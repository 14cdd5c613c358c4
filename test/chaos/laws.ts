import { checkHistory } from '../faults/check-history.ts';
import { type Entry, type Evidence, entriesOf } from '../support/history.ts';
import { wrongLog } from './in-ledger.ts';

/**
 * What does not hold, in a sentence each: the invariants I1 to I12, that the log has each event once, and that nothing was answered with 500. The streams of requests are taken
 * requester by requester: limits and identities are a person's own, and all of it at once would take as long as the storm.
 */
export const broken = (evidence: Evidence): readonly string[] => [
  ...byRequester(evidence).flatMap(checkHistory),
  ...strangers(evidence),
  ...wrongLog(evidence.streams),
  ...internalErrors(evidence.entries),
];

const requesterOf = (stream: Evidence['streams'][number]): string | undefined =>
  stream[0]?.stream.startsWith('request#') === true ? stream[0].actor.handle : undefined;

/** Of each who asked: their requests, all that was asked about these, and what everybody's decisions go by. */
const byRequester = ({ entries, streams, policy }: Evidence): readonly Evidence[] => {
  const handles = new Set([
    ...streams.flatMap((stream) => requesterOf(stream) ?? []),
    ...entriesOf(entries, 'asked').flatMap(({ use, by }) => (use === 'submit' ? [by.handle] : [])),
  ]);
  const around = streams.filter(([first]) => first?.stream === 'control');
  return [...handles].map((handle) => {
    const own = streams.filter((stream) => requesterOf(stream) === handle);
    const ids = new Set(own.map(([first]) => first?.stream.slice('request#'.length)));
    const calls = new Set(
      entriesOf(entries, 'asked')
        .filter(({ use, by, requestId }) => (use === 'submit' ? by.handle === handle : ids.has(requestId)))
        .map(({ call }) => call),
    );
    const isOfThese = (entry: Entry): boolean =>
      entry.kind === 'ordered' ? ids.has(entry.requestId) : calls.has(entry.call);
    const person = streams.filter(([first]) => first?.stream === `person#${handle}`);
    return { entries: entries.filter(isOfThese), streams: [...own, ...person, ...around], policy };
  });
};

/** Whoever was answered about a request that no stream is of: it was lost. */
const strangers = ({ entries, streams }: Evidence): readonly string[] => {
  const there = new Set(streams.map(([first]) => first?.stream));
  const answered = new Map(entriesOf(entries, 'answered').map(({ call, code }) => [call, code]));
  return entriesOf(entries, 'asked').flatMap(({ call, use, requestId }) =>
    requestId !== undefined && answered.get(call) === 'ok' && !there.has(`request#${requestId}`)
      ? [`I8 ${use} was answered as done on ${requestId}, which is not in the ledger`]
      : [],
  );
};

const internalErrors = (entries: readonly Entry[]): readonly string[] => {
  const uses = new Map(entriesOf(entries, 'asked').map(({ call, use }) => [call, use]));
  return entriesOf(entries, 'answered').flatMap(({ call, code }) =>
    code === 'internal' ? [`${uses.get(call) ?? ''} was answered with an internal error`] : [],
  );
};
