import { setTimeout as sleep } from 'node:timers/promises';
import { inWords } from './duration.ts';
import { Failure } from './failure.ts';
import { member, text } from './json.ts';
import { type Grant, type Request, readRequest } from './requests.ts';
import type { Place } from './sign-in.ts';

export interface Waiting {
  /** Told at each look who is being waited for. */
  readonly show: (line: string) => void;
  /** Waits so many milliseconds. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Asked less and less often: people take minutes, not seconds. */
const PAUSE = { firstMs: 1000, mostMs: 15_000, growth: 1.3 };

/**
 * Waits until the request's grant runs.
 * @throws Failure 6 when it never will: it was denied, cancelled, revoked, ended, or its time is over; otherwise as the server refuses
 */
export const waitForGrant = async (
  place: Place,
  first: Request,
  { show, pause = sleep }: Waiting,
): Promise<Request & { readonly grant: Grant }> => {
  let request = first;
  for (let ms = PAUSE.firstMs; ; ms = Math.min(ms * PAUSE.growth, PAUSE.mostMs)) {
    const { grant } = request;
    if (request.status === 'approved' && grant?.state === 'active') return { ...request, grant };
    if (request.status !== 'pending' && grant?.state !== 'scheduled') throw overFor(request);
    show(whatIsAwaited(request, place.now()));
    await pause(ms);
    request = await lookAgain(place, request);
  }
};

/** A server that is away for a moment has decided nothing. */
const lookAgain = (place: Place, request: Request): Promise<Request> =>
  readRequest(place, request.id).catch((error: unknown) => {
    if (error instanceof Failure && error.exitCode === 4) return request;
    throw error;
  });

export const whatIsAwaited = ({ id, grant, waitsFor }: Request, now: Date): string => {
  if (grant?.state === 'scheduled')
    return `${id} begins in ${inWords(Math.max(0, (grant.startsAtMs - now.getTime()) / 1000))}`;
  return `${id} waits for ${waitsFor.length > 0 ? waitsFor.join(' or ') : 'a decision'}`;
};

/** What became of a request that is nobody's any more. */
export const overFor = ({ id, status, view }: Request): Failure => {
  const closed = member(view, 'closed');
  const by = member(closed, 'by');
  const who = text(by, 'email') ?? text(by, 'displayName');
  const [byWhom, why] = [who === undefined ? '' : ` by ${who}`, text(closed, 'reason')];
  return new Failure(6, `${id} is ${status}${byWhom}${why === undefined ? '' : `: ${why}`}`, {
    ...{ code: status === 'approved' ? 'grant_over' : status, next: `hatcheck show ${id} tells more` },
  });
};
