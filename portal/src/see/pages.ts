import { useEffect, useRef, useState } from 'preact/hooks';
import { Refused } from '../api/problem.ts';

interface Page {
  readonly nextCursor?: string;
}

export interface Pages<P> {
  /** As far as they were read. */
  readonly pages: readonly P[];
  /** Whether there is, or may be, an older page. */
  readonly hasMore: boolean;
  readonly isReading: boolean;
  readonly fault: unknown;
  readonly readMore: () => void;
}

interface State<P> {
  readonly pages: readonly P[];
  readonly next?: string | undefined;
  readonly isReading: boolean;
  readonly fault?: unknown;
}

const BEGUN = { pages: [], isReading: true } as const;

/**
 * What there is more of than is read at once, newest first, page by page.
 *
 * @param name of what is read; under another one it begins anew
 */
export const usePages = <P extends Page>(name: string, read: (cursor?: string) => Promise<P>): Pages<P> => {
  const [state, setState] = useState<State<P>>(BEGUN);
  const wanted = useRef(name);
  wanted.current = name;

  const readFrom = (cursor?: string): void => {
    setState((before) => (cursor === undefined ? BEGUN : { ...before, isReading: true, fault: undefined }));
    read(cursor).then(
      (page) => {
        if (wanted.current !== name) return;
        setState(({ pages }) => ({
          pages: [...(cursor === undefined ? [] : pages), page],
          next: page.nextCursor,
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
  };
  useEffect(() => {
    readFrom();
  }, [name]);
  const { pages, next, isReading, fault } = state;
  return {
    ...{ pages, hasMore: next !== undefined, isReading, fault },
    readMore: () => {
      if (!isReading) readFrom(next);
    },
  };
};
