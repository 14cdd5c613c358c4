import { useEffect, useState } from 'preact/hooks';
import { read } from '../api/send.ts';

/** Something of the reader's own, read once, and set by the answers to what they change. */
export const useOwn = <T>(path: string) => {
  const [seen, setSeen] = useState<T>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    let isOver = false;
    read<T>(path).then(
      (found) => {
        if (!isOver) setSeen(found);
      },
      (error: unknown) => {
        if (!isOver) setFault(error);
      },
    );
    return () => {
      isOver = true;
    };
  }, [path]);
  return { seen, setSeen, fault };
};
