import { useEffect, useState } from 'preact/hooks';
import { json, read, send } from '../api/send.ts';
import { useActing } from '../parts/act.tsx';

/** Something of the reader's own, read once, and set by the answers to what they change. */
export const useOwn = <T>(path: string) => {
  const [seen, setSeen] = useState<T>();
  const [readFault, setReadFault] = useState<unknown>();
  const { busy, fault: actFault, run } = useActing();
  useEffect(() => {
    let isOver = false;
    read<T>(path).then(
      (found) => {
        if (!isOver) setSeen(found);
      },
      (error: unknown) => {
        if (!isOver) setReadFault(error);
      },
    );
    return () => {
      isOver = true;
    };
  }, [path]);
  /** Takes one of them away, or without an id all that can be; the answer is what is left. */
  const remove = (says: string, id?: string): void => {
    const what = id === undefined ? path : `${path}/${id}`;
    run(async () => json<T>(await send(what, { method: 'DELETE' })), setSeen, says);
  };
  return {
    ...{ seen, setSeen, isReading: !seen && readFault === undefined, fault: readFault ?? actFault },
    ...{ busy, run, remove },
  };
};
