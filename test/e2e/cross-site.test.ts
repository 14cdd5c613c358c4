import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { type ForeignSite, startForeignSite } from '../support/foreign-site.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
let site: ForeignSite;
let asked = 0;

beforeAll(async () => {
  [stack, site] = await Promise.all([startTestStack(), startForeignSite()]);
});
afterAll(async () => {
  site.close();
  await stack.close();
});

const submit = async (): Promise<string> => {
  asked += 1;
  const engineer = await stack.signedIn('engineer@example.com');
  const { json } = await engineer.call('POST', '/v1/requests', {
    entitlementId: 'prod-read',
    justification: `Somebody else tries it, ${String(asked)}.`,
    durationSeconds: 900,
  });
  return (json['request'] as { id: string }).id;
};

const signIn = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`${stack.origin}/login?provider=local-oidc&loginHint=engineer%40example.com`);
  return page;
};

/** Whatever could have changed: who is signed in, and every event of the request. */
const stateOf = async (page: Page, id: string): Promise<unknown> => {
  const me = await page.request.get(`${stack.origin}/v1/me`);
  const request = await page.request.get(`${stack.origin}/v1/requests/${id}`);
  const list = await page.request.get(`${stack.origin}/v1/requests`);
  const { events } = (await request.json()) as { events: { hash: string }[] };
  const { requests } = (await list.json()) as { requests: { id: string; seq: number }[] };
  return [me.status(), events.map(({ hash }) => hash), requests.map((each) => [each.id, each.seq])];
};

/** A form that submits itself. */
const form = (action: string, fields: Readonly<Record<string, string>>, type = 'application/x-www-form-urlencoded') =>
  `<!doctype html><form method="post" action="${action}" enctype="${type}">${Object.entries(fields)
    .map(([name, value]) => `<input name='${name}' value='${value}'>`)
    .join('')}</form><script>document.forms[0].submit()</script>`;

/** What a foreign form may try, by the path it posts to. */
const FORMS: Readonly<Record<string, (id: string) => { path: string; fields: Record<string, string>; type?: string }>> =
  {
    'an end, as a form': (id) => ({ path: `/v1/requests/${id}/end`, fields: {} }),
    'an end, as text': (id) => ({ path: `/v1/requests/${id}/end`, fields: { '{"a': '"}' }, type: 'text/plain' }),
    'a request, as text that is JSON': () => ({
      path: '/v1/requests',
      fields: {
        '{"entitlementId":"prod-read","durationSeconds":900,"justification":"from elsewhere': '","ticket":"OPS-1"}',
      },
      type: 'text/plain',
    }),
    'the console form': (id) => ({ path: `/v1/requests/${id}/console`, fields: { csrf: 'guessed', once: 'x' } }),
    'a sign-out': () => ({ path: '/logout', fields: { csrf: 'guessed' } }),
    'a yes to a device': () => ({ path: '/device', fields: { csrf: 'guessed', user_code: 'BCDF-GHJK', act: 'allow' } }),
    'a link of a chat account': () => ({ path: '/chat/link', fields: { csrf: 'guessed', ticket: 'x' } }),
  };

describeInBrowser('another site', () => {
  for (const from of ['crossSite', 'sameSite'] as const) {
    testInBrowser(`forged forms (${from}): none changes anything`, async (browser) => {
      const id = await submit();
      const page = await signIn(await browser.newContext());
      const before = await stateOf(page, id);
      for (const [what, make] of Object.entries(FORMS)) {
        const { path, fields, type } = make(id);
        site.put('/form', form(stack.origin + path, fields, type));
        const answered = page.waitForResponse(`${stack.origin}${path}`);
        await page.goto(`${site[from]}/form`);
        expect([what, (await answered).status() >= 400]).toEqual([what, true]);
        await page.waitForLoadState();
      }
      expect(await stateOf(page, id)).toEqual(before);
    });

    testInBrowser(
      `login CSRF (${from}): a link to the sign-in asks for a click before anybody is signed in`,
      async (browser) => {
        const page = await (await browser.newContext()).newPage();
        site.put(
          '/link',
          `<a href="${stack.origin}/login?provider=local-oidc&loginHint=engineer%40example.com">a prize</a>`,
        );
        await page.goto(`${site[from]}/link`);
        await page.click('a');
        await page.waitForURL((url) => url.pathname === '/login');
        expect((await page.request.get(`${stack.origin}/v1/me`)).status()).toBe(401);
        await page.click('a');
        await page.getByRole('button', { name: 'Sign out' }).waitFor();
        expect((await page.request.get(`${stack.origin}/v1/me`)).status()).toBe(200);
      },
    );

    testInBrowser(`framed (${from}): no page of ours shows anything in a frame`, async (browser) => {
      const id = await submit();
      const page = await signIn(await browser.newContext());
      const paths = ['/', `/requests/${id}`, '/decide', '/account', '/device', '/login', `/v1/requests/${id}`];
      site.put('/frames', paths.map((path) => `<iframe src="${stack.origin}${path}"></iframe>`).join(''));
      await page.goto(`${site[from]}/frames`, { waitUntil: 'load' });
      const frames = page.frames().slice(1);
      expect(frames).toHaveLength(paths.length);
      for (const frame of frames) {
        // What a refused frame shows instead: it was asked for, and is not still to come.
        await frame.waitForURL(/^chrome-error:/);
        expect(await frame.content()).not.toMatch(/Hatcheck|Sign (in|out)|arn:aws/);
      }
    });

    testInBrowser(`forged calls (${from}): scripts elsewhere neither read nor act`, async (browser) => {
      const id = await submit();
      const page = await signIn(await browser.newContext());
      const before = await stateOf(page, id);
      await page.goto(`${site[from]}/calls`);
      const outcomes = await page.evaluate(
        async ([origin, request]) => {
          const post = { method: 'POST', credentials: 'include' } as const;
          const json = { 'content-type': 'application/json', 'hatcheck-csrf': '1' };
          const tries = [
            fetch(`${origin}/v1/me`, { credentials: 'include' }),
            fetch(`${origin}/v1/requests/${request}/end`, { ...post, headers: json }),
            fetch(`${origin}/v1/requests/${request}/credentials`, { ...post, headers: json }),
            fetch(`${origin}/v1/sessions`, { method: 'DELETE', credentials: 'include', headers: json }),
          ];
          // Sent, for what they may do there; the answer is opaque.
          const blind = [
            fetch(`${origin}/v1/requests/${request}/end`, { ...post, mode: 'no-cors' }),
            fetch(`${origin}/v1/requests/${request}/end`, { ...post, mode: 'no-cors', body: new Blob(['{}']) }),
          ];
          await Promise.allSettled(blind);
          return (await Promise.allSettled(tries)).map(({ status }) => status);
        },
        [stack.origin, id] as const,
      );
      expect(outcomes).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
      expect(await stateOf(page, id)).toEqual(before);
    });

    testInBrowser(`opened (${from}): a window of ours is out of reach of whoever opened it`, async (browser) => {
      const page = await signIn(await browser.newContext());
      await page.goto(`${site[from]}/opener`);
      const [opened] = await Promise.all([
        page.waitForEvent('popup'),
        page.evaluate((origin) => void Object.assign(window, { ours: window.open(origin) }), stack.origin),
      ]);
      await opened.getByRole('button', { name: 'Sign out' }).waitFor();
      expect(await opened.evaluate(() => window.opener === null)).toBe(true);
      await eventually(async () => {
        expect(await page.evaluate(() => (window as unknown as { ours: Window }).ours.closed)).toBe(true);
      });
    });
  }
});

/** Whoever has the cookie and sends what no browser would. */
test.each([
  ['another host', () => 'https://evil.example.com'],
  ['no origin at all', () => undefined],
  ['the origin of a sandbox', () => 'null'],
  ['another port', (origin: string) => origin.replace(/:\d+$/, ':1')],
  ['another name of this machine', (origin: string) => origin.replace('127.0.0.1', 'localhost')],
  ['ours with more behind it', (origin: string) => `${origin}.evil.example.com`],
  ['ours with somebody before it', (origin: string) => origin.replace('http://', 'http://evil@')],
  ['ours in capitals', (origin: string) => origin.replace('http', 'HTTP')],
  ['ours, and another', (origin: string) => `${origin}, https://evil.example.com`],
  ['ours with a slash', (origin: string) => `${origin}/`],
])('a forged Origin changes nothing: %s', async (_what, forge) => {
  const id = await submit();
  const cookie = await sessionCookie(stack.origin, 'engineer@example.com');
  const read = async (): Promise<unknown> => {
    const answer = await fetch(`${stack.origin}/v1/requests/${id}`, { headers: { cookie } });
    return [answer.status, await answer.json()];
  };
  const before = await read();
  expect(before).toMatchObject([200, { request: { status: 'approved' } }]);
  const origin = forge(stack.origin);
  const answer = await fetch(`${stack.origin}/v1/requests/${id}/end`, {
    method: 'POST',
    headers: { cookie, 'hatcheck-csrf': '1', ...(origin === undefined ? {} : { origin }) },
  });
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'cross_origin' }]);
  expect(await read()).toEqual(before);
});
