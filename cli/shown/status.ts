import { bold, green, red, yellow } from '../print.ts';
import type { Request } from '../requests.ts';
import type { Cell } from './table.ts';
import { timeText } from './times.ts';

/** What a request is, and of a grant until when. */
export const statusText = ({ status, grant }: Request, now: Date): string => {
  if (!grant || grant.state === 'ended') return status;
  return grant.state === 'active'
    ? `active until ${timeText(grant.endsAtMs, now)}`
    : `scheduled for ${timeText(grant.startsAtMs, now)}`;
};

export const statusCell = (request: Request, now: Date): Cell => ({
  text: statusText(request, now),
  paint: paintOf(request),
});

const paintOf = ({ status, grant }: Request): ((text: string) => string) => {
  if (grant && grant.state !== 'ended') return green;
  if (status === 'pending') return yellow;
  return status === 'denied' || status === 'revoked' ? red : (text) => text;
};

export const heading = (words: readonly string[]): readonly Cell[] => words.map((text) => ({ text, paint: bold }));
