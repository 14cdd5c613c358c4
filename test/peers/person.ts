/** Where a person ended. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

export interface Person {
  /** Follows redirects, signs in where a page asks for a password, posts what a page would have its script post. */
  visit(url: string): Promise<Page>;
  /** As `visit`, up to the response that the provider's page would post to us, which is not posted. */
  samlResponse(url: string): Promise<string>;
}

interface Step {
  readonly url: string;
  readonly form?: URLSearchParams;
}

const MAX_STEPS = 15;

/** A person with a browser of their own and a password at the identity provider, whoever wrote its pages. */
export const openPerson = (credentials: { readonly username: string; readonly password: string }): Person => {
  const jars = new Map<string, Map<string, string>>();

  const send = async ({ url, form }: Step, from: string): Promise<Response> => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    // As with SameSite=Lax: no cookies with a form from elsewhere.
    const isForeignForm = form !== undefined && new URL(from).origin !== origin;
    const cookie = isForeignForm ? '' : [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      ...(form && { method: 'POST', body: form }),
      headers: { ...(cookie && { cookie }), ...(form && { origin: new URL(from).origin }) },
      redirect: 'manual',
    });
    for (const each of answer.headers.getSetCookie()) keep(jar, each);
    return answer;
  };

  const walk = async (start: string, isThere: (step: Step) => boolean): Promise<Page & { readonly step: Step }> => {
    let [step, from]: [Step, string] = [{ url: start }, start];
    let hasSignedIn = false;
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const answer = await send(step, from);
      const page = { url: step.url, status: answer.status, body: await answer.text() };
      const location = answer.headers.get('location');
      const form = location === null ? formIn(page.body) : undefined;
      const isSignIn = form?.fields.has('password') === true;
      const next =
        location === null ? form && filled(form, credentials, page.url) : { url: new URL(location, page.url).href };
      if (!next || isThere(next) || (isSignIn && hasSignedIn)) return { ...page, step: next ?? step };
      hasSignedIn ||= isSignIn;
      [step, from] = [next, page.url];
    }
    throw new Error(`more than ${MAX_STEPS} steps from ${start}`);
  };

  return {
    visit: (url) => walk(url, () => false),
    samlResponse: async (url) => {
      const { step } = await walk(url, ({ form }) => form?.has('SAMLResponse') === true);
      return step.form?.get('SAMLResponse') ?? '';
    },
  };
};

const keep = (jar: Map<string, string>, cookie: string): void => {
  const [pair = '', ...attributes] = cookie.split(';');
  const at = pair.indexOf('=');
  const isGone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
  if (isGone) jar.delete(pair.slice(0, at));
  else jar.set(pair.slice(0, at), pair.slice(at + 1));
};

interface Form {
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** The first form of a page that asks for a password or carries a response. */
const formIn = (html: string): Form | undefined =>
  [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)]
    .map(([, tag = '', content = '']) => ({
      action: attributeIn(tag, 'action') ?? '',
      fields: new Map(
        [...content.matchAll(/<input\b[^>]*>/gis)].flatMap(([input]) => {
          const name = attributeIn(input, 'name');
          return name === undefined ? [] : [[name, attributeIn(input, 'value') ?? ''] as const];
        }),
      ),
    }))
    .find(({ fields }) => fields.has('password') || fields.has('SAMLResponse'));

const filled = ({ action, fields }: Form, credentials: Readonly<Record<string, string>>, from: string): Step => ({
  url: new URL(action, from).href,
  form: new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, credentials[name] ?? value])),
});

const attributeIn = (tag: string, name: string): string | undefined => {
  const [, quoted, apostrophed] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'is').exec(tag) ?? [];
  return (quoted ?? apostrophed)?.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot));/gi, characterOf);
};

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

const characterOf = (_whole: string, hex?: string, decimal?: string, name = ''): string =>
  NAMED[name] ?? String.fromCodePoint(Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16));
