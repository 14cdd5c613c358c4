import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Reading, nextDelayMs } from './poll-delay.ts';
import { Refused } from './problem.ts';

export interface Polled<T> {
  /** The last that was read; stays while later readings fail. */
  readonly seen: T | undefined;
  /** Of the last reading only. */
  readonly fault: unknown;
  /** Reads at once, and soon again. */
  readonly again: () => void;
}

/**
 * What `read` says, again and again while the page is looked at: sooner after changes, later while nothing changes or nobody answers, and at
 * once when the page is looked at again or the network is back. `name` is what it is that is read: another name begins anew. Ends with what
 * is refused as nobody's (401, 404): `again` begins once more.
 */
export const usePolled = <T>(name: string, read: () => Promise<T>): Polled<T> => {
  const [state, setState] = useState<{ name: string; seen?: T; fault?: unknown }>({ name });
  const latest = useRef(read);
  latest.current = read;
  const wake = useRef<() => void>(() => undefined);

  useEffect(() => {
    const reader = startReading(
      () => latest.current(),
      (change) => {
        setState((before) => (before.name === name ? { ...before, ...change } : { name, ...change }));
      },
    );
    wake.current = reader.wake;
    return reader.stop;
  }, [name]);

  const again = useCallback(() => {
    wake.current();
  }, []);
  const isThis = state.name === name;
  return {
    seen: isThis ? state.seen : undefined,
    fault: isThis ? state.fault : undefined,
    again,
  };
};

interface Change<T> {
  readonly seen?: T;
  readonly fault: unknown;
}

const startReading = <T>(read: () => Promise<T>, tell: (change: Change<T>) => void) => {
  let delayMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = '';
  let isReading = false;
  let wakes = 0;
  let isOver = false;

  const once = async (): Promise<{ reading: Reading; retryAfterSeconds?: number | undefined; isLast?: boolean }> => {
    try {
      const seen = await read();
      const text = JSON.stringify(seen);
      const reading = text === last ? 'same' : 'changed';
      last = text;
      if (!isOver) tell({ ...(reading === 'changed' ? { seen } : {}), fault: undefined });
      return { reading };
    } catch (fault) {
      if (!isOver) tell({ fault });
      if (!(fault instanceof Refused)) return { reading: 'failed' };
      const isLast = fault.status === 401 || fault.status === 404;
      return { reading: 'failed', retryAfterSeconds: fault.retryAfterSeconds, isLast };
    }
  };

  const run = async (): Promise<void> => {
    clearTimeout(timer);
    if (isReading || isOver) return;
    isReading = true;
    const served = wakes;
    const { reading, retryAfterSeconds, isLast } = await once();
    isReading = false;
    if (wakes !== served) void run();
    else if (isLast !== true) later(nextDelayMs(delayMs, reading, retryAfterSeconds));
  };
  const later = (ms: number): void => {
    if (isOver) return;
    delayMs = ms;
    // Hidden, the page waits for being looked at.
    timer = setTimeout(() => void (document.hidden || run()), ms);
  };
  const wake = (): void => {
    wakes += 1;
    delayMs = 0;
    void run();
  };
  const seen = (): void => {
    if (!document.hidden) wake();
  };

  document.addEventListener('visibilitychange', seen);
  addEventListener('online', seen);
  void run();
  const stop = (): void => {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
    removeEventListener('online', seen);
  };
  return { wake, stop };
};
