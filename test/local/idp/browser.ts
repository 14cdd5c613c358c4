/** A browser reduced to what sign-ins need: a cookie jar by host and path, and redirects followed by hand. */
export interface Browser {
  /** Follows redirects until something else comes, or until one leads to `stopAt`. */
  open(url: string, stopAt: string): Promise<Visit>;
  /** Posts a form, then follows as `open` does. */
  post(url: string, form: Record<string, string>, stopAt: string): Promise<Visit>;
}

export interface Visit {
  /** The page reached, or the address at `stopAt` that was not called. */
  readonly url: URL;
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  readonly redirects: number;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

export const createBrowser = (): Browser => {
  const jar = new Map<string, Cookie>();
  const visit = async (first: string, init: RequestInit, stopAt: string): Promise<Visit> => {
    let url = new URL(first);
    let options = init;
    for (let redirects = 0; redirects < 10; redirects += 1) {
      const response = await fetch(url, { ...options, redirect: 'manual', headers: { cookie: cookiesFor(jar, url) } });
      for (const line of response.headers.getSetCookie()) store(jar, line);
      const location = response.headers.get('location');
      const body = await response.text();
      if (location === null) return { url, status: response.status, body, headers: response.headers, redirects };
      url = new URL(location, url);
      if (url.href.startsWith(stopAt)) {
        return { url, status: response.status, body, headers: response.headers, redirects: redirects + 1 };
      }
      options = { method: 'GET' };
    }
    throw new Error('too many redirects');
  };
  return {
    open: (url, stopAt) => visit(url, { method: 'GET' }, stopAt),
    post: (url, form, stopAt) => visit(url, { method: 'POST', body: new URLSearchParams(form) }, stopAt),
  };
};

const cookiesFor = (jar: ReadonlyMap<string, Cookie>, url: URL): string =>
  [...jar.values()]
    .filter(({ path }) => url.pathname.startsWith(path))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');

const store = (jar: Map<string, Cookie>, line: string): void => {
  const [pair = '', ...attributes] = line.split('; ');
  const name = pair.slice(0, pair.indexOf('='));
  const path = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
  const expires = attributes.find((attribute) => attribute.toLowerCase().startsWith('expires='))?.slice(8);
  if (expires !== undefined && Date.parse(expires) <= Date.now()) jar.delete(`${path} ${name}`);
  else jar.set(`${path} ${name}`, { name, value: pair.slice(name.length + 1), path });
};
