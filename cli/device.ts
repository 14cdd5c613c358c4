import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, oneLine, unknownAnswer } from './failure.ts';
import { member, text } from './json.ts';
import { type Answer, call, failureOf } from './server.ts';
import { type Kept, type Place, askForTokens, keepTokens } from './sign-in.ts';

/** What the person must know: where to go, and what to type there. */
export interface Instructions {
  readonly address: string;
  readonly code: string;
  readonly minutes: number;
}

interface Waiting extends Instructions {
  readonly deviceCode: string;
  readonly intervalMs: number;
  readonly untilMs: number;
}

/** RFC 8628, 3.5. */
const SLOWER_MS = 5000;

/**
 * Signs in on a machine without a browser (RFC 8628): the person types a code in a browser elsewhere, while this one asks whether they did.
 * @param pause waits so many milliseconds
 * @throws Failure 1 when the person or the server says no, 3 when nobody does anything in time, 4 when the server is away to begin with
 */
export const loginByDevice = async (
  place: Place,
  show: (instructions: Instructions) => void,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<Kept> => {
  const waiting = await begin(place);
  show(waiting);
  let { intervalMs } = waiting;
  while (place.now().getTime() + intervalMs < waiting.untilMs) {
    await pause(intervalMs);
    const answer = await ask(place, waiting);
    if (answer?.status === 200) return keepTokens(place, answer, {});
    const error = answer ? text(answer.body, 'error') : 'no_answer';
    if (error === 'slow_down') intervalMs += SLOWER_MS;
    // A server that is away for a moment is asked less often (3.5), and this is not worth a new code.
    else if (error === 'no_answer' || (answer && isAway(answer))) intervalMs *= 2;
    else if (error === 'expired_token') break;
    else if (error === 'access_denied') throw new Failure(1, 'refused in the browser');
    else if (answer && error !== 'authorization_pending') throw failureOf(place.server, answer);
  }
  throw new Failure(3, 'nobody allowed it in time; run hatcheck login --no-browser again');
};

const isAway = ({ status }: Answer): boolean => status >= 500 || status === 429;

const begin = async ({ server, now }: Place): Promise<Waiting> => {
  const body = new URLSearchParams({ client_id: 'hatcheck-cli' });
  const answer = await call(server, '/oauth/device_authorization', { method: 'POST', body });
  if (answer.status !== 200) throw failureOf(server, answer);
  const [deviceCode, code, address] = ['device_code', 'user_code', 'verification_uri'].map((name) =>
    text(answer.body, name),
  );
  const seconds = member(answer.body, 'expires_in');
  const interval = member(answer.body, 'interval') ?? 5;
  if (deviceCode === undefined || code === undefined || address === undefined) throw unknownAnswer(server);
  if (typeof seconds !== 'number' || typeof interval !== 'number') throw unknownAnswer(server);
  return {
    ...{ deviceCode, code: oneLine(code), address: oneLine(address), minutes: Math.round(seconds / 60) },
    ...{ intervalMs: interval * 1000, untilMs: now().getTime() + seconds * 1000 },
  };
};

/** Undefined when there is no answer. */
const ask = async ({ server }: Place, { deviceCode }: Waiting): Promise<Answer | undefined> => {
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode };
  try {
    return await askForTokens(server, form);
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 4) return undefined;
    throw error;
  }
};
