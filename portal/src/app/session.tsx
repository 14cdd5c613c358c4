import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { type Me, readMe } from '../api/calls.ts';
import { Refused } from '../api/problem.ts';
import { onSignedOut } from '../api/send.ts';
import { forget, forgetAll, keep, kept, namesKept } from './kept.ts';

/** `maybe`: somebody was, the last time. `maybeAnother`: and the tab keeps what was being written, which is for whoever wrote it alone. */
type Standing = 'unknown' | 'maybe' | 'maybeAnother' | 'signedIn' | 'signedOut' | 'expired';

export interface Session {
  readonly standing: Standing;
  readonly me: Me | undefined;
  /** Why it is not known who is signed in. */
  readonly fault: unknown;
}

const SOMEBODY = 'somebody';
const PERSON = 'person';

const atFirst = (): Standing => {
  if (kept('local', SOMEBODY) !== 'yes') return 'unknown';
  return namesKept('session').some((name) => name !== PERSON) ? 'maybeAnother' : 'maybe';
};

/** Somebody else than the tab was last used by, perhaps signed in in another one: nothing of the one before may stay. */
const isThePerson = ({ principal: { handle } }: Me): void => {
  const before = kept('session', PERSON);
  if (before === handle) return;
  forgetAll('session');
  keep('session', PERSON, handle);
  if (before !== undefined) location.reload();
};

/** Before the way out: whoever comes next finds nothing that was being written, and nobody’s session that has ended. */
export const leave = (): void => {
  forgetAll('session');
  forget('local', SOMEBODY);
};

/** Who is signed in in this browser: asked at the start, whenever the page is looked at again, and told by any answer that says nobody. */
export const useOwnSession = (): Session => {
  const [standing, setStanding] = useState<Standing>(atFirst);
  const [me, setMe] = useState<Me>();
  const [fault, setFault] = useState<unknown>();

  const again = useCallback(() => {
    readMe().then(
      (read) => {
        keep('local', SOMEBODY, 'yes');
        isThePerson(read);
        setMe((before) => (JSON.stringify(before) === JSON.stringify(read) ? before : read));
        setStanding('signedIn');
        setFault(undefined);
      },
      (error: unknown) => {
        if (!(error instanceof Refused) || error.status !== 401) setFault(error);
      },
    );
  }, []);

  useEffect(() => {
    onSignedOut(() => {
      forget('local', SOMEBODY);
      setMe(undefined);
      setStanding((before) => (before === 'unknown' || before === 'signedOut' ? 'signedOut' : 'expired'));
    });
    // Somebody may have signed in, or out, in another tab meanwhile; and then the page's forms are of another session.
    const seen = (): void => {
      if (!document.hidden) again();
    };
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', seen);
    again();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', seen);
    };
  }, [again]);
  return { standing, me, fault };
};

export const SessionContext = createContext<Me | undefined>(undefined);

/** Whoever is signed in; undefined for the moment in which that is still being asked. */
export const useMe = (): Me | undefined => useContext(SessionContext);
