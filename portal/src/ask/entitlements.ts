import { useEffect, useState } from 'preact/hooks';
import { type Entitlements, readEntitlements } from '../api/calls.ts';

const FRESH_MS = 30_000;

/** What was read last, for all that show it: at once on the next page, and read anew there when it is old. */
let last: { readonly reading: Promise<Entitlements>; readonly at: number } | undefined;
let lastRead: Entitlements | undefined;

const readShared = (): Promise<Entitlements> => {
  const now = performance.now();
  if (!last || now - last.at > FRESH_MS) last = { reading: readEntitlements(), at: now };
  return last.reading;
};

/** What whoever is signed in may ask for, and where its console may be opened. */
export const useEntitlements = (): Partial<Entitlements> & { readonly fault?: unknown } => {
  const [seen, setSeen] = useState(lastRead);
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    readShared().then(
      (read) => {
        lastRead = read;
        setSeen(read);
      },
      (error: unknown) => {
        // Whoever asks next tries again.
        last = undefined;
        setFault(error);
      },
    );
  }, []);
  return { ...seen, fault };
};
