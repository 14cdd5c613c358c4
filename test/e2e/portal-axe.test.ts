import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { askFor, askForAdmin } from '../support/ask.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { NARROW, WIDE, openPage, openPortal, settled, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ENGINEER = 'engineer@example.com';
const APPROVER = 'approver@example.com';

/** Each page in each theme; between them, at both ends of what screens are. */
const SCREENS = { light: WIDE, dark: NARROW } as const;
type Theme = keyof typeof SCREENS;

describeInBrowser('axe finds nothing', () => {
  let stack: TestStack;
  let ids: { readonly pending: string; readonly active: string; readonly over: string; readonly glass: string };

  beforeAll(async () => {
    stack = await startTestStack();
    const [engineer, approver] = [await stack.signedIn(ENGINEER), await stack.signedIn(APPROVER)];
    const active = await askFor(engineer, { entitlementId: 'prod-read' });
    const over = await askForAdmin(stack);
    await approver.call('POST', `/v1/requests/${over.id}/approve`, { comment: 'Go on.', durationSeconds: 900 });
    await approver.call('POST', `/v1/requests/${over.id}/revoke`, { reason: 'It is over.' });
    const glass = await askForAdmin(stack, { breakGlass: true, durationSeconds: 900, ticket: undefined });
    const pending = await askForAdmin(stack, { scope: { actions: ['s3:GetObject'], resources: ['*'] } });
    ids = { pending: pending.id, active: active.id, over: over.id, glass: glass.id };
  });
  afterAll(() => stack.close());

  /** With everything unfolded. */
  const faultsOf = async (page: Page, name: string): Promise<readonly string[]> => {
    await settled(page);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    const faults = [...(await accessibilityFaults(page)), ...(await tooWide(page))];
    await keepScreenshot(page, `axe-${name}`);
    return faults.map((fault) => `${name}: ${fault}`);
  };
  const tooWide = async (page: Page): Promise<readonly string[]> => {
    const overflow = await sidewaysOverflow(page);
    return overflow === 0 ? [] : [`scrolls sideways by ${overflow} px`];
  };

  const look = async (page: Page, theme: Theme, places: Readonly<Record<string, string>>): Promise<void> => {
    const faults: string[] = [];
    for (const [name, path] of Object.entries(places)) {
      await page.goto(`${stack.origin}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      faults.push(...(await faultsOf(page, `${name}-${theme}`)));
    }
    expect(faults).toStrictEqual([]);
  };
  const signedIn = async (browser: Browser, account: string, theme: Theme): Promise<Page> =>
    (await openPortal(browser, stack, { account, colorScheme: theme, ...SCREENS[theme] })).page;

  for (const theme of ['light', 'dark'] as const) {
    testInBrowser(`on the pages of whoever asks, ${theme}`, async (browser) => {
      const page = await signedIn(browser, ENGINEER, theme);
      await look(page, theme, {
        ...{ home: '/', ask: '/ask/prod-admin', 'not-mine': '/ask/nothing', history: '/history', nowhere: '/nowhere' },
        ...{ 'request-pending': `/requests/${ids.pending}`, 'request-over': `/requests/${ids.over}` },
        ...{ 'nothing-to-decide': '/decide', account: '/account' },
      });
      await page.goto(`${stack.origin}/requests/${ids.active}`);
      await page.getByRole('button', { name: 'Get credentials' }).click();
      await page.getByText('AWS_ACCESS_KEY_ID').first().waitFor();
      expect(await faultsOf(page, `credentials-${theme}`)).toStrictEqual([]);
    });

    testInBrowser(`on the pages of whoever decides and of auditors, ${theme}`, async (browser) => {
      await look(await signedIn(browser, APPROVER, theme), theme, {
        ...{ queue: '/decide', decide: `/requests/${ids.pending}`, 'approver-account': '/account' },
      });
      await look(await signedIn(browser, 'security@example.com', theme), theme, {
        ...{ 'security-queue': '/decide', review: `/requests/${ids.glass}` },
      });
      await look(await signedIn(browser, 'auditor@example.com', theme), theme, {
        ...{ audit: '/audit', 'as-auditor': `/requests/${ids.over}`, dossier: `/audit/requests/${ids.over}` },
      });
    });

    testInBrowser(`on what is refused, and while it is offline, ${theme}`, async (browser) => {
      const page = await signedIn(browser, APPROVER, theme);
      await page.goto(`${stack.origin}/requests/${ids.pending}`);
      await page.getByText('Deny…').click();
      await page.route('**/deny', (route) =>
        route.fulfill({ status: 403, json: { code: 'step_up_required', loginUrl: '/login?stepUp=fresh', detail: '' } }),
      );
      await page.getByLabel('Reason').fill('No.');
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByRole('link', { name: 'Sign in again' }).waitFor();
      expect(await faultsOf(page, `step-up-${theme}`)).toStrictEqual([]);
      await page.context().setOffline(true);
      await page.getByText('You are offline.').waitFor();
      expect(await accessibilityFaults(page)).toStrictEqual([]);
      await page.context().setOffline(false);
      await page.context().clearCookies();
      // As when somebody comes back to the tab.
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
      expect(await faultsOf(page, `session-ended-${theme}`)).toStrictEqual([]);
    });

    testInBrowser(`on the pages that the functions make themselves, ${theme}`, async (browser) => {
      const { page } = await openPage(browser, { colorScheme: theme, ...SCREENS[theme] });
      await look(page, theme, {
        ...{ 'sign-in': '/', providers: '/login', problem: '/oidc/callback?code=x&state=y', 'no-page': '/login?x=1' },
      });
      await page.goto(`${stack.origin}/login?provider=local-oidc&loginHint=${encodeURIComponent(ENGINEER)}`);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      const consent = new URLSearchParams({
        ...{ response_type: 'code', client_id: 'hatcheck-cli', redirect_uri: 'http://127.0.0.1:49152/x' },
        ...{ code_challenge: 'A'.repeat(43), code_challenge_method: 'S256', state: 'a-state-of-its-own' },
      });
      await look(page, theme, {
        ...{ device: '/device', 'chat-code': '/chat/link', consent: `/oauth/authorize?${consent.toString()}` },
      });
      await page.getByRole('button', { name: 'Allow' }).waitFor();

      const device = await fetch(`${stack.origin}/oauth/device_authorization`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'hatcheck-cli' }),
      });
      const { user_code: code } = (await device.json()) as { user_code: string };
      await page.goto(`${stack.origin}/device`);
      await page.locator('input[name="user_code"]').fill(code);
      await page.getByRole('button').first().click();
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      expect(await faultsOf(page, `device-question-${theme}`)).toStrictEqual([]);
    });
  }
});
