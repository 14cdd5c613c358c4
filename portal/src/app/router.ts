import { useEffect, useState } from 'preact/hooks';
import { placeAt } from './place.ts';

const MOVED = 'hatcheck:moved';

/** How often the reader went on to another page: on the first, the browser puts the focus where it belongs. */
let moves = 0;
export const hasMoved = (): boolean => moves > 0;

/** Goes to a path of the portal's own, perhaps with a query, without loading the page anew. */
export const go = (to: string, { replace = false } = {}): void => {
  if (replace) history.replaceState(null, '', to);
  else {
    history.pushState(null, '', to);
    scrollTo(0, 0);
  }
  moves += 1;
  dispatchEvent(new Event(MOVED));
};

/** Where the reader is: the path and its query. */
export const here = (): string => location.pathname + location.search;

export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

const addressNow = (): Address => ({ path: location.pathname, query: new URLSearchParams(location.search) });

/** The address, anew whenever it changes. */
export const useAddress = (): Address => {
  const [address, setAddress] = useState(addressNow);
  useEffect(() => {
    const moved = (): void => {
      setAddress(addressNow());
    };
    const back = (): void => {
      moves += 1;
      moved();
    };
    addEventListener(MOVED, moved);
    addEventListener('popstate', back);
    return () => {
      removeEventListener(MOVED, moved);
      removeEventListener('popstate', back);
    };
  }, []);
  return address;
};

/** Lets plain links to pages of the portal go there without loading it anew; with a modifier, or a target, they do what links do. */
export const followLinks = (): void => {
  document.addEventListener('click', (event) => {
    const { defaultPrevented, button, metaKey, ctrlKey, shiftKey, altKey, target } = event;
    if (defaultPrevented || button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return;
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
    if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash !== '' || placeAt(link.pathname).page === 'nowhere') return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
};
