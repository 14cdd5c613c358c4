import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { formIn, openBrowser } from '../../local/browser.ts';
import { describeInBrowser, launchChromium } from '../support/chromium.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

describeInBrowser('a SAML identity provider of another site', () => {
  let stack: TestStack;
  let browser: Browser;

  beforeAll(async () => {
    // Ports of one host are one site; another name of the machine is another.
    stack = await startTestStack({ samlHost: 'localhost' });
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stack.close();
  });

  const newPage = async (options: BrowserContextOptions = {}): Promise<Page> =>
    (await browser.newContext(options)).newPage();

  /** The Cookie header of each call to a path of the broker, empty where there was none. */
  const cookiesSent = (page: Page): Promise<readonly [string, string]>[] => {
    const sent: Promise<readonly [string, string]>[] = [];
    page.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin === stack.origin)
        sent.push(request.allHeaders().then((headers) => [pathname, headers['cookie'] ?? ''] as const));
    });
    return sent;
  };

  const meIn = async (page: Page) => {
    const answer = await page.request.get(`${stack.origin}/v1/me`);
    const { principal = {} } = (await answer.json()) as { principal?: Record<string, unknown> };
    return { status: answer.status(), ...principal };
  };

  test('signs in the person who chose it: the post brings no cookie, and the step after it does', async () => {
    const page = await newPage();
    const sent = cookiesSent(page);
    await page.goto(`${stack.origin}/login?returnTo=/`);
    await page.getByRole('link', { name: 'local-saml' }).click();
    expect(new URL(page.url()).hostname).toBe('localhost');
    await page.getByRole('button', { name: 'engineer@example.com' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await expect(meIn(page)).resolves.toMatchObject({
      ...{ status: 200, issuer: stack.saml.entityId, email: 'engineer@example.com' },
      ...{ groups: ['local-saml:engineering', 'local-saml:sre'], methods: ['pwd'] },
    });
    const cookies = new Map(await Promise.all(sent));
    expect(cookies.get('/saml/acs')).toBe('');
    expect(cookies.get('/saml/finish')).toMatch(/^__Host-hatcheck-login=/);
  }, 60_000);

  test('signs in without scripts too', async () => {
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(`${stack.origin}/login?provider=local-saml&loginHint=approver@example.com`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(meIn(page)).resolves.toMatchObject({ status: 200, email: 'approver@example.com' });
  }, 60_000);

  test('a step-up asks for more factors, and comes back to where the person was', async () => {
    const page = await newPage();
    const query = 'provider=local-saml&loginHint=engineer@example.com';
    await page.goto(`${stack.origin}/login?${query}&stepUp=mfa&returnTo=/requests`);
    await page.waitForURL(`${stack.origin}/requests`);
    await expect(meIn(page)).resolves.toMatchObject({ methods: ['mfa'] });
  }, 60_000);

  test.each([false, true])(
    'login CSRF: a response that another browser began signs nobody in (with an attempt of one’s own: %s)',
    async (hasBegun) => {
      const begun = await openBrowser(stack.origin).visit(
        `${stack.origin}/login?provider=local-saml&loginHint=outsider@example.com`,
        `${stack.origin}/saml/acs`,
      );
      const form = formIn(await begun.text());
      const victim = await newPage();
      if (hasBegun) await victim.goto(`${stack.origin}/login?provider=local-saml`);
      else await victim.goto(stack.saml.ssoUrl.replace('/sso', '/logout'));
      const [answer] = await Promise.all([
        victim.waitForResponse((response) => new URL(response.url()).pathname === '/saml/finish'),
        victim.evaluate(({ action, fields }) => {
          const element = document.createElement('form');
          Object.assign(element, { method: 'post', action });
          for (const [name, value] of Object.entries(fields)) {
            element.append(Object.assign(document.createElement('input'), { name, value }));
          }
          document.body.append(element);
          element.submit();
        }, form!),
      ]);
      expect(answer.status()).toBe(401);
      await expect(meIn(victim)).resolves.toMatchObject({ status: 401 });
    },
    60_000,
  );
});
