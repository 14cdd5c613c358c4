import { useState } from 'preact/hooks';
import { type Act, type RequestView, act } from '../api/calls.ts';
import { useKey } from '../api/key.ts';
import { announce } from '../app/announcer.tsx';
import { acted } from '../app/ways.ts';

export interface Acting {
  readonly busy: boolean;
  readonly fault: unknown;
  /** Does it, unless something is being done; says so when it is done. Whatever came of it, the page is to be read again. */
  readonly run: <T>(what: () => Promise<T>, done?: (value: T) => void, says?: string) => void;
}

/** One thing at a time, and what went wrong with the last. */
export const useActing = (): Acting => {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const run: Acting['run'] = (what, done, says) => {
    if (busy) return;
    setBusy(true);
    setFault(undefined);
    what()
      .then((value) => {
        done?.(value);
        if (says !== undefined) announce(says);
      })
      .catch(setFault)
      .finally(() => {
        setBusy(false);
        acted();
      });
  };
  return { busy, fault, run };
};

/** Acts on a request by name; tried again after no answer, it is the same act. */
export const useActOn = ({ id }: Pick<RequestView, 'id'>, onActed: () => void) => {
  const { busy, fault, run } = useActing();
  const withKey = useKey();
  const doAct = (action: Act, says: string, body?: object, done?: () => void): void => {
    run(
      () => withKey({ action, body }, (key) => act(id, action, { key, ...(body ? { body } : {}) })).finally(onActed),
      done,
      says,
    );
  };
  return { busy, fault, doAct };
};
