import { setTimeout as sleep } from 'node:timers/promises';
import { inWords } from './duration.ts';
import { Failure } from './failure.ts';
import { count, instantMs, member, text } from './json.ts';
import { liveLine } from './live-line.ts';
import { type Grant, type Request, readRequest } from './requests.ts';
import { timeText } from './shown/times.ts';
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

/** The same, with a line of who is being waited for where somebody looks on. */
export const waitShown = async (place: Place, request: Request): Promise<Request & { readonly grant: Grant }> => {
  const line = liveLine();
  try {
    return await waitForGrant(place, request, line);
  } finally {
    line.clear();
  }
};

/** A server that is away for a moment has decided nothing. */
const lookAgain = (place: Place, request: Request): Promise<Request> =>
  readRequest(place, request.id).catch((error: unknown) => {
    if (error instanceof Failure && error.exitCode === 4) return request;
    throw error;
  });

export const whatIsAwaited = ({ id, grant, waitsFor, view }: Request, now: Date): string => {
  const timeUntil = (ms: number): string => roughly(Math.max(0, (ms - now.getTime()) / 1000));
  if (grant?.state === 'scheduled')
    return `${id} is approved, and begins ${timeText(grant.startsAtMs, now)}, in ${timeUntil(grant.startsAtMs)}`;
  const [needed, untilMs] = [count(view, 'approvalsNeeded') ?? 1, instantMs(view, 'pendingUntil')];
  const whose = waitsFor.length > 0 ? `a yes of ${waitsFor.join(' or ')}` : 'a decision';
  return [
    `${id} waits for ${whose}`,
    ...(needed > 1 ? [`${needed} are missing`] : []),
    ...(untilMs === undefined ? [] : [`${timeUntil(untilMs)} left`]),
  ].join(', ');
};

/** No seconds beside minutes. */
const roughly = (seconds: number): string => inWords(seconds < 60 ? seconds : seconds - (seconds % 60));

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
