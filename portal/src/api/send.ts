import { againAfterMs } from './again.ts';
import { heardDate } from './clock.ts';
import { type Problem, Refused, Unreachable } from './problem.ts';

interface Sent {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
  /** The same twice is said once: whoever tries again after no answer sends the same. */
  readonly key?: string;
}

const PATIENCE_MS = 30_000;

let signedOut: () => void = () => undefined;

/** Calls this whenever the broker says that nobody is signed in. */
export const onSignedOut = (listener: () => void): void => {
  signedOut = listener;
};

/** The answer to a call of our own broker. @throws Refused, Unreachable */
export const send = async (path: string, sent: Sent = {}): Promise<Response> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await sendOnce(path, sent);
    } catch (error) {
      const waitMs =
        error instanceof Refused ? againAfterMs(sent.method ?? 'GET', error, tries, Math.random()) : undefined;
      if (waitMs === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
};

const sendOnce = async (path: string, { method = 'GET', body, key }: Sent): Promise<Response> => {
  const response = await fetch(path, {
    method,
    headers: {
      'Hatcheck-CSRF': '1',
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    throw new Unreachable({ cause });
  });
  heardDate(response.headers.get('Date'));
  if (response.ok) return response;
  if (response.status === 401) signedOut();
  const problem = await json<Problem>(response).catch((): Problem => ({}));
  throw new Refused(response.status, problem, response.headers.get('Retry-After'));
};

/** Our own server answers, and its types are these: the one place where the page takes its word for it. @throws Unreachable */
export const json = async <T>(response: Response): Promise<T> => {
  try {
    return (await response.json()) as T;
  } catch (cause) {
    // Cut off on its way: as good as no answer.
    throw new Unreachable({ cause });
  }
};

export const read = async <T>(path: string): Promise<T> => json<T>(await send(path));
