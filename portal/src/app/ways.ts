import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { type RequestView, readRequests } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';

const ACTED = 'hatcheck:acted';

/** To be said after each act of this page's: what is read elsewhere on it is read again. */
export const acted = (): void => {
  dispatchEvent(new Event(ACTED));
};

export const useActed = (again: () => void): void => {
  useEffect(() => {
    addEventListener(ACTED, again);
    return () => {
      removeEventListener(ACTED, again);
    };
  }, [again]);
};

/** What waits for this person to say yes or no. */
export const isForMe = ({ actions }: Pick<RequestView, 'actions'>): boolean => actions.includes('approve');

interface Ways {
  /** How much waits for them. */
  readonly waiting: number;
  readonly isAuditor: boolean;
}

export const AuditorContext = createContext(false);

/** Whether whoever is signed in may read the record; false while that is still being asked. */
export const useIsAuditor = (): boolean => useContext(AuditorContext);

/** Which ways lead on for whoever is signed in. */
export const useWays = (isSignedIn: boolean): Ways => {
  const [isAuditor, setIsAuditor] = useState(false);
  const waiting = usePolled(isSignedIn ? 'waiting' : 'nobody', async () =>
    isSignedIn ? (await readRequests({ as: 'approver', status: 'pending' })).requests.filter(isForMe).length : 0,
  );
  useActed(waiting.again);
  useEffect(() => {
    if (!isSignedIn) return;
    // Whoever is no auditor has nothing to read as one.
    readRequests({ as: 'auditor', limit: 1 }).then(
      ({ requests }) => {
        setIsAuditor(requests.length > 0);
      },
      () => {
        setIsAuditor(false);
      },
    );
  }, [isSignedIn]);
  return { waiting: waiting.seen ?? 0, isAuditor };
};
