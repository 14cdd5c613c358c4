import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Loading } from '../parts/loading.tsx';

/** A component that is loaded when it is first shown, so that the first page does not carry it. */
export const lazily = <P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> => {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [, setLoads] = useState(0);
    const [hasFailed, setHasFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          setLoads((loads) => loads + 1);
        },
        () => {
          setHasFailed(true);
        },
      );
    }, []);
    const Loaded = loaded;
    if (Loaded) return <Loaded {...props} />;
    if (!hasFailed) return <Loading />;
    return (
      <p role="alert" class="fault">
        This part of the page did not come: the network is away, or there is a newer Hatcheck.{' '}
        <button type="button" onClick={reload}>
          Load the page again
        </button>
      </p>
    );
  };
};

const reload = (): void => {
  location.reload();
};
