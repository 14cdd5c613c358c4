/**
 * What a browser does of HTTP, for scripts: cookies by origin, redirects one by one, forms that submit themselves, our header on what
 * changes state.
 */
export interface Browser {
  /**
   * Follows redirects and forms that submit themselves, as a person who clicks would; answers with where it ended. With `before` it stops
   * at the way to an address that begins so, as somebody would who keeps it for another browser.
   */
  visit(url: string, before?: string): Promise<Response>;
  /** A page of the broker's, where it stands: no redirect is followed. */
  open(path: string): Promise<Response>;
  /** A form of such a page. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response>;
  /** A call of the portal's to the broker. JSON in, JSON out. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; `{}` when there is none. */
  readonly json: Json;
}

/** Parsed JSON of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

const MAX_REDIRECTS = 20;

export const openBrowser = (origin: string): Browser => {
  const jars = new Map<string, Map<string, string>>();
  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const jar = jars.get(new URL(url).origin) ?? new Map<string, string>();
    jars.set(new URL(url).origin, jar);
    const headers = new Headers(init.headers);
    // Stricter than SameSite=Lax: no cookie goes with a form of another origin.
    const isForeign = headers.get('origin') !== null && headers.get('origin') !== new URL(url).origin;
    if (jar.size > 0 && !isForeign)
      headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie);
    return answer;
  };
  return {
    visit: async (start, before) => {
      let step: Step = { url: start };
      for (let redirects = 0; redirects < MAX_REDIRECTS; redirects += 1) {
        const answer = await send(step.url, initOf(step));
        const next = await nextStep(answer, step.url);
        if (!next || (before !== undefined && next.url.startsWith(before))) return answer;
        step = next;
        await answer.body?.cancel();
      }
      throw new Error(`more than ${MAX_REDIRECTS} redirects from ${start}`);
    },
    open: (path) => send(`${origin}${path}`, {}),
    submit: (path, fields) =>
      send(`${origin}${path}`, {
        method: 'POST',
        headers: { origin, 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams(fields),
      }),
    call: async (method, path, body, more = {}) => {
      const answer = await send(`${origin}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'GET' ? {} : { 'hatcheck-csrf': '1', origin }),
          ...more,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return replyOf(answer);
    },
  };
};

/** Where a browser goes, and the form that it posts there. */
interface Step {
  readonly url: string;
  readonly post?: { readonly from: string; readonly form: Readonly<Record<string, string>> };
}

const initOf = ({ post }: Step): RequestInit => ({
  headers: { accept: 'text/html', ...(post && { origin: post.from }) },
  ...(post && { method: 'POST', body: new URLSearchParams(post.form) }),
});

/** Undefined where a person has to do something, or is where they were going. The answer can still be read. */
const nextStep = async (answer: Response, url: string): Promise<Step | undefined> => {
  const location = answer.headers.get('location');
  if (location !== null) return { url: new URL(location, url).href };
  if (answer.headers.get('content-type')?.startsWith('text/html') !== true) return undefined;
  const form = formIn(await answer.clone().text());
  return form && { url: new URL(form.action, url).href, post: { from: new URL(url).origin, form: form.fields } };
};

/** The form of a page whose script submits it. */
export const formIn = (
  html: string,
): { readonly action: string; readonly fields: Readonly<Record<string, string>> } | undefined => {
  const [, action] = /<form method="post" action="([^"]+)">/.exec(html) ?? [];
  if (action === undefined || !html.includes('document.forms[0].submit()')) return undefined;
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return {
    action: unescaped(action),
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescaped(value)])),
  };
};

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescaped = (html: string): string =>
  html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_whole, name: string) => CHARACTERS[name] ?? '');

/** As `Browser.call`, with an access token in place of a cookie. */
export const callAs = async (
  origin: string,
  accessToken: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Reply> =>
  replyOf(
    await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );

/** Exchanges an ID token or a SAML assertion for an access token (RFC 8693). */
export const exchange = async (
  origin: string,
  subjectToken: string,
  type: 'id_token' | 'saml2' = 'id_token',
): Promise<Reply> =>
  replyOf(
    await fetch(`${origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subjectToken,
        subject_token_type: `urn:ietf:params:oauth:token-type:${type}`,
        client_id: 'hatcheck-cli',
      }),
    }),
  );

const replyOf = async (answer: Response): Promise<Reply> => {
  const text = await answer.text();
  const json: unknown = text === '' ? {} : JSON.parse(text);
  if (!isJson(json)) throw new Error(`${answer.url} answered with something other than a JSON object`);
  return { status: answer.status, headers: answer.headers, json };
};

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keep = (jar: Map<string, string>, cookie: string): void => {
  const [pair = '', ...attributes] = cookie.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at).trim();
  const gone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
  if (gone) jar.delete(name);
  else jar.set(name, pair.slice(at + 1).trim());
};
