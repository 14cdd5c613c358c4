import { useEffect, useRef } from 'preact/hooks';
import type { RequestView } from '../api/calls.ts';
import { announce } from '../app/announcer.tsx';
import { stateOf } from '../parts/state.ts';

/** Says aloud when it changes. */
export const useStateAnnounced = (request: RequestView | undefined): void => {
  const before = useRef<string>(undefined);
  useEffect(() => {
    if (!request) return;
    const state = stateOf(request);
    if (before.current !== undefined && before.current !== state) announce(`${request.title} is now ${state}.`);
    before.current = state;
  }, [request]);
};
