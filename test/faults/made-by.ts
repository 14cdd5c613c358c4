import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Entry, Evidence, UseCase } from '../support/history.ts';

type Asked = Extract<Entry, { kind: 'asked' }>;
type Types = readonly StoredEvent['type'][];

export const OUTCOMES = [
  'credentials.issued',
  'credentials.withheld',
  'credentials.failed',
  'credentials.unknown',
] as const;

const SUBMITTED: Types = ['reservation.made', 'request.submitted'];
const ISSUED: Types = ['credentials.intended', ...OUTCOMES];

/** What each use case may leave in the ledger. */
const LEAVES: Readonly<Record<UseCase, Types>> = {
  submit: SUBMITTED,
  bundle: SUBMITTED,
  list: [],
  read: [],
  approve: ['request.approved'],
  deny: ['request.denied'],
  cancel: ['request.cancelled'],
  end: ['request.ended'],
  revoke: ['request.revoked'],
  extend: ['request.extended', 'request.extension_requested'],
  review: ['request.reviewed'],
  credentials: ISSUED,
  console: [...ISSUED, 'console.issued'],
  hold: ['hold.placed'],
  lift: ['hold.lifted'],
  link: ['link.made'],
  lend: ['delegation.made'],
  takeBack: ['delegation.removed'],
};

/** A call that may have made an event: where it was asked, and where it was answered as done, if it was. */
export interface Maker {
  readonly asked: Asked;
  readonly at: number;
  readonly doneAt: number | undefined;
}

/** The calls of its actor that wanted something that leaves such an event, of the same request where it is of one. */
export const makersOf = ({ entries }: Evidence, event: StoredEvent): readonly Maker[] =>
  entries.flatMap((asked, at) => {
    if (asked.kind !== 'asked' || asked.by.handle !== event.actor.handle || !isMeant(asked, event)) return [];
    const doneAt = entries.findIndex(
      (entry) => entry.kind === 'answered' && entry.call === asked.call && entry.code === 'ok',
    );
    return isOfAnother(entries[doneAt], event) ? [] : [{ asked, at, doneAt: doneAt === -1 ? undefined : doneAt }];
  });

const isMeant = ({ use, requestId }: Asked, event: StoredEvent): boolean =>
  LEAVES[use].includes(event.type) &&
  (event.type !== 'credentials.intended' || use === event.data.purpose) &&
  (requestId === undefined || event.stream === `request#${requestId}`);

/** Whoever asked and was given one request has not made another. */
const isOfAnother = (answer: Entry | undefined, { type, stream }: StoredEvent): boolean => {
  if (answer?.kind !== 'answered' || type !== 'request.submitted') return false;
  const { requestId, requestIds = requestId === undefined ? [] : [requestId] } = answer.given;
  return requestIds.length > 0 && !requestIds.some((id) => stream === `request#${id}`);
};
