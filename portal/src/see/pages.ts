import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type RequestView, type RequestsQuery, readRequests } from '../api/calls.ts';
import { Refused } from '../api/problem.ts';

export interface Pages {
  readonly requests: readonly RequestView[];
  /** Whether there is, or may be, an older page. */
  readonly hasMore: boolean;
  readonly isReading: boolean;
  readonly fault: unknown;
  readonly readMore: () => void;
}

interface State {
  readonly requests: readonly RequestView[];
  readonly next?: string | undefined;
  readonly isReading: boolean;
  readonly fault?: unknown;
}

const BEGUN: State = { requests: [], isReading: true };

/** A list, newest first, page by page; another query begins anew. */
export const usePages = (query: Omit<RequestsQuery, 'cursor'>): Pages => {
  const name = JSON.stringify(query);
  const [state, setState] = useState(BEGUN);
  const wanted = useRef(name);
  wanted.current = name;

  const readFrom = useCallback(
    (cursor?: string): void => {
      setState((before) => (cursor === undefined ? BEGUN : { ...before, isReading: true, fault: undefined }));
      const parsed = JSON.parse(name) as RequestsQuery;
      readRequests({ ...parsed, ...(cursor === undefined ? {} : { cursor }) }).then(
        ({ requests, nextCursor }) => {
          if (wanted.current !== name) return;
          setState((before) => ({
            requests: [...(cursor === undefined ? [] : before.requests), ...requests],
            next: nextCursor,
            isReading: false,
          }));
        },
        (fault: unknown) => {
          if (wanted.current !== name) return;
          // The list has moved on: its top is still there.
          const next = fault instanceof Refused && fault.code === 'invalid_cursor' ? undefined : cursor;
          setState((before) => ({ ...before, next, isReading: false, fault }));
        },
      );
    },
    [name],
  );
  useEffect(() => {
    readFrom();
  }, [readFrom]);
  const { requests, next, isReading, fault } = state;
  return {
    ...{ requests, hasMore: next !== undefined, isReading, fault },
    readMore: () => {
      if (!isReading) readFrom(next);
    },
  };
};
