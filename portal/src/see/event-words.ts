import type { EventData, EventType } from '../../../lib/domain/event.ts';
import type { StoredEvent } from '../api/calls.ts';
import { durationText } from '../parts/duration.ts';

type Sentences = { readonly [T in EventType]?: (data: EventData[T]) => string };

/** What happened, said of whoever did it; of our own words and numbers, so that nobody's text can pass for them. */
const SENTENCES: Sentences = {
  'request.submitted': ({ durationSeconds, autoApproved, breakGlass }) =>
    `${breakGlass ? 'broke the glass' : 'asked'} for ${durationText(durationSeconds)}${autoApproved ? ', which was approved by rule' : ''}`,
  'request.approved': ({ extension, durationSeconds, startAt }) =>
    [
      `said yes${extension ? ' to more time' : ''}`,
      ...(durationSeconds === undefined ? [] : [`for ${durationText(durationSeconds)} only`]),
      ...(startAt === undefined ? [] : [`not before ${startAt}`]),
    ].join(', '),
  'request.denied': ({ extension }) => `said no${extension ? ' to more time' : ''}`,
  'request.cancelled': ({ extension }) => `took back ${extension ? 'the ask for more time' : 'the request'}`,
  'request.extension_requested': ({ durationSeconds }) => `asked for ${durationText(durationSeconds)} more`,
  'request.extended': ({ durationSeconds }) => `got ${durationText(durationSeconds)} more, by rule`,
  'request.reviewed': ({ verdict }) => `reviewed it: ${verdict}`,
  'request.lapsed': () => 'closed it: nobody answered in time',
  'request.revoked': () => 'revoked it',
  'request.ended': () => 'gave it back',
  'credentials.intended': ({ purpose, durationSeconds }) =>
    `wanted ${purpose === 'console' ? 'the console' : 'credentials'} for ${durationText(durationSeconds)}`,
  'credentials.issued': ({ accessKeyId }) => `got credentials, access key ${accessKeyId}`,
  'credentials.withheld': () => 'got nothing: it was revoked meanwhile',
  'credentials.failed': () => 'got nothing: AWS said no',
  'credentials.unknown': () => 'got nothing: AWS did not answer',
  'credentials.refused': ({ purpose, code }) =>
    `was refused ${purpose === 'console' ? 'the console' : 'credentials'}: ${code}`,
  'console.issued': () => 'was sent to the console',
  'sessions.ended': ({ tookMs }) => `ended what was out, ${Math.ceil(tookMs / 1000)} s after the close`,
};

/** A sentence without its subject; the event's own name where there is none for it. */
export const eventWords = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): string => {
  // A type and its data belong together, which TypeScript cannot see once both were read.
  const sentence = SENTENCES[type] as ((data: StoredEvent['data']) => string) | undefined;
  return sentence?.(data) ?? type;
};
