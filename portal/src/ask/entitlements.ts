import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Entitlements, readEntitlements } from '../api/calls.ts';

/** What was read last: shown at once on the next page, while it is read again. */
let last: Entitlements | undefined;

/** What whoever is signed in may ask for. */
export const useEntitlements = () => {
  const [seen, setSeen] = useState(last);
  const [fault, setFault] = useState<unknown>();
  const again = useCallback(() => {
    readEntitlements().then((read) => {
      last = read;
      setSeen(read);
      setFault(undefined);
    }, setFault);
  }, []);
  useEffect(again, [again]);
  return { ...seen, fault, again };
};
