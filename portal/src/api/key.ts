import { useRef } from 'preact/hooks';
import { Refused } from './problem.ts';

/**
 * Runs an act under an idempotency key: the same tried again after no answer is the same act; answered, or another, it is a new one.
 * `what` is all that is said by it.
 */
export const useKey = () => {
  const last = useRef<{ readonly what: string; readonly key: string }>(undefined);
  return async <T>(what: object, act: (key: string) => Promise<T>): Promise<T> => {
    const text = JSON.stringify(what);
    if (last.current?.what !== text) last.current = { what: text, key: crypto.randomUUID() };
    try {
      const done = await act(last.current.key);
      last.current = undefined;
      return done;
    } catch (error) {
      if (error instanceof Refused && error.status < 500) last.current = undefined;
      throw error;
    }
  };
};
