import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { askFor, askForAdmin } from '../support/ask.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { NARROW, WIDE, openPortal, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const APPROVER = 'approver@example.com';
const SECURITY = 'security@example.com';

describeInBrowser('deciding in the portal', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  const open = (browser: Browser, id: string, account = APPROVER, options: object = WIDE) =>
    openPortal(browser, stack, { account, path: `/requests/${id}`, ...options });
  const heading = (page: Page) => page.getByRole('heading', { level: 1 });
  const engineer = () => stack.signedIn('engineer@example.com');

  testInBrowser(
    'an approver sees on one screen what the requester did not write, and says yes to less',
    async (browser) => {
      const request = await askForAdmin(stack);
      const { page, complaints } = await openPortal(browser, stack, { account: APPROVER, path: '/decide', ...WIDE });
      const card = page.getByRole('listitem').filter({ hasText: request.justification });
      await card.getByText('Erin Engineer').waitFor();
      await card.getByText('left to answer').waitFor();
      await keepScreenshot(page, 'decide-queue-light-1280');
      await card.getByRole('link').click();

      const known = page.getByRole('region', { name: 'What Hatcheck knows of it' });
      await known.getByText('The requester never asked for this role before.').waitFor();
      await known.getByText('The whole role is asked for').waitFor();
      await known.getByText('Starts, stops, changes and deletes anything in the production account.').waitFor();
      await known.getByText('Nobody checks it: it is the requester’s word').waitFor();
      await page.getByText('0 of 1, from local-oidc:sre-leads').waitFor();
      await keepScreenshot(page, 'decide-light-1280');

      await page.getByLabel('15 min').check();
      await page.getByLabel('Comment').fill('A quarter of an hour is enough.');
      await page.getByRole('button', { name: 'Approve 15 min' }).click();
      await heading(page).getByText('active').waitFor();
      await page.getByText(/^You approved it/).waitFor();
      const happened = page.getByRole('region', { name: 'What happened' });
      await happened.getByText('said yes, for 15\u00a0min only').waitFor();
      await happened.getByText('A quarter of an hour is enough.').waitFor();
      await keepScreenshot(page, 'decided-light-1280');
      const { json } = await (await engineer()).call('GET', `/v1/requests/${request.id}`);
      expect(json['request']).toMatchObject({ status: 'approved', grantedSeconds: 900 });
      expect(complaints).toStrictEqual([]);
    },
  );

  testInBrowser(
    'on a phone in the dark all of it is there without scrolling sideways, by the keyboard alone',
    async (browser) => {
      const request = await askForAdmin(stack);
      const { page } = await open(browser, request.id, APPROVER, { ...NARROW, colorScheme: 'dark' });
      await page.getByRole('region', { name: 'What Hatcheck knows of it' }).getByText('Unusual').waitFor();
      await keepScreenshot(page, 'decide-dark-320');
      expect(await sidewaysOverflow(page)).toBe(0);
      const reach = async (name: string): Promise<void> => {
        for (let tabs = 0; tabs < 60; tabs += 1) {
          await page.keyboard.press('Tab');
          const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
          if (text.trim() === name) return;
        }
        throw new Error(`no way by the keyboard to ${name}`);
      };
      await reach('Deny…');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.type('Not tonight.');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await heading(page).getByText('denied').waitFor();
      await page.getByText('Not tonight.').first().waitFor();
      await keepScreenshot(page, 'denied-dark-320');
      expect(await sidewaysOverflow(page)).toBe(0);
    },
  );

  testInBrowser('later than asked: the grant begins when the approver says', async (browser) => {
    const request = await askForAdmin(stack);
    const { page } = await open(browser, request.id);
    await page.getByText('Not before a later time').click();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel('Begins').fill(`${tomorrow}T10:00`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await heading(page).getByText('scheduled').waitFor();
    const { json } = await (await engineer()).call('GET', `/v1/requests/${request.id}`);
    // The browser is in Berlin, an hour ahead of UTC in winter.
    const startsAt = (json['request'] as { grant: { startsAt: string } }).grant.startsAt;
    expect(
      new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' }).format(new Date(startsAt)),
    ).toBe('10:00');
  });

  testInBrowser('two browsers at once: whoever comes second is told who was first', async (browser) => {
    const request = await askForAdmin(stack);
    const first = await open(browser, request.id);
    const second = await open(browser, request.id);
    await second.page.getByLabel('Comment').fill('I was going to say something.');
    await first.page.getByRole('button', { name: 'Approve' }).click();
    await heading(first.page).getByText('active').waitFor();
    await second.page.getByText(/^(You approved it|Somebody else was first)/).waitFor();
    await expect(second.page.getByRole('button', { name: 'Approve' }).count()).resolves.toBe(0);
  });

  testInBrowser('the requester takes it back while it is being decided', async (browser) => {
    const request = await askForAdmin(stack);
    const { page } = await open(browser, request.id);
    await page.getByLabel('Comment').fill('Fine.');
    await (await engineer()).call('POST', `/v1/requests/${request.id}/cancel`);
    await page.getByText('Somebody else was first: Erin Engineer').waitFor();
    await page.getByText('withdrew it').waitFor();
    await heading(page).getByText('cancelled').waitFor();
    await keepScreenshot(page, 'decided-first-light-1280');
  });

  testInBrowser('a page that is too old is refused, says so, and shows how it stands', async (browser) => {
    const request = await askForAdmin(stack);
    const { page } = await open(browser, request.id);
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    // No news from now on: the page stays as it is.
    await page.route(`**/v1/requests/${request.id}`, (route) => route.abort());
    await page.waitForEvent('requestfailed', (call) => call.url().endsWith(request.id));
    await (await engineer()).call('POST', `/v1/requests/${request.id}/cancel`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('It changed in the meantime').waitFor();
    await page.unroute(`**/v1/requests/${request.id}`);
    await heading(page).getByText('cancelled').waitFor({ timeout: 60_000 });
  });

  testInBrowser(
    'two stages: the yes of the first is shown to the second, who sees what is missing',
    async (browser) => {
      const request = await askFor(await engineer(), { entitlementId: 'payments-admin' });
      const lead = await open(browser, request.id);
      await lead.page.getByLabel('Comment').fill('I know why.');
      await lead.page.getByRole('button', { name: 'Approve' }).click();
      await lead.page.getByText('It waits for one more yes.').waitFor();
      await heading(lead.page).getByText('pending').waitFor();

      const { page } = await open(browser, request.id, SECURITY);
      const stages = page.getByRole('region', { name: 'Whose yes it takes' });
      await stages.getByText('Yes: Ari Approver').waitFor();
      await stages.getByText('I know why.').waitFor();
      await page.getByRole('button', { name: 'Approve' }).click();
      await heading(page).getByText('active').waitFor();
      await keepScreenshot(page, 'two-stages-light-1280');
    },
  );

  testInBrowser('what was asked for together is decided on together', async (browser) => {
    const { bundleId } = await askFor(await engineer(), {
      entitlementIds: ['prod-admin', 'payments-admin'],
      ticket: 'OPS-9',
    });
    const approver = await stack.signedIn(APPROVER);
    const { json } = await approver.call('GET', '/v1/requests?as=approver&status=pending');
    const ids = (json['requests'] as { id: string; bundleId?: string }[])
      .filter((each) => each.bundleId === bundleId)
      .map(({ id }) => id);
    expect(ids).toHaveLength(2);
    const { page } = await open(browser, ids[0] ?? '');
    await page.getByLabel('Say the same to it').check();
    await keepScreenshot(page, 'bundle-light-1280');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText(/^You approved it/).waitFor();
    const after = await approver.call('GET', '/v1/requests?as=approver');
    const said = (after.json['requests'] as { bundleId?: string; stages: { approvals: unknown[] }[] }[])
      .filter((each) => each.bundleId === bundleId)
      .map(({ stages }) => stages[0]?.approvals.length);
    expect(said).toEqual([1, 1]);
  });

  testInBrowser('more time on a live grant is in the queue, and its own yes', async (browser) => {
    const request = await askForAdmin(stack, { durationSeconds: 1800 });
    const approver = await stack.signedIn(APPROVER);
    await approver.call('POST', `/v1/requests/${request.id}/approve`, {});
    const more = { durationSeconds: 1800, justification: 'The copy is slower than it looked.' };
    expect((await (await engineer()).call('POST', `/v1/requests/${request.id}/extend`, more)).status).toBe(200);
    const { page } = await openPortal(browser, stack, { account: APPROVER, path: '/decide', ...NARROW });
    const card = page.getByRole('listitem').filter({ hasText: more.justification });
    await card.getByText('asks for more time').waitFor();
    await keepScreenshot(page, 'decide-queue-light-320');
    await card.getByRole('link').click();
    await page.getByRole('heading', { name: '30\u00a0min more are asked for' }).waitFor();
    await keepScreenshot(page, 'decide-more-time-light-320');
    await page.getByLabel('15 min').check();
    await page.getByRole('button', { name: 'Approve 15 min' }).click();
    await page.getByText('said yes to more time, for 15\u00a0min only').waitFor();
    expect(await sidewaysOverflow(page)).toBe(0);
  });

  testInBrowser('security revokes what is out, and puts a review of a break-glass on record', async (browser) => {
    const request = await askForAdmin(stack, { breakGlass: true, durationSeconds: 900, ticket: undefined });
    const { page, complaints } = await openPortal(browser, stack, { account: SECURITY, path: '/decide', ...WIDE });
    const card = page.getByRole('listitem').filter({ hasText: request.justification });
    await card.getByText('broke the glass: to be reviewed').waitFor();
    await keepScreenshot(page, 'decide-security-light-1280');
    await card.getByRole('link').click();
    await page.getByText('Revoke…').click();
    await page.getByLabel('Reason').fill('The incident is over.');
    await page.getByRole('button', { name: 'Revoke' }).click();
    await heading(page).getByText('revoked').waitFor();
    await page.getByLabel('Justified', { exact: true }).check();
    await page.getByLabel('What you found').fill('The pager was ringing, and it was repaired.');
    await keepScreenshot(page, 'review-light-1280');
    await page.getByRole('button', { name: 'Put the review on record' }).click();
    const happened = page.getByRole('region', { name: 'What happened' });
    await happened.getByText('reviewed it: justified').waitFor();
    await happened.getByText('The pager was ringing').waitFor();
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser('a yes that wants a newer sign-in comes back from it as it was written', async (browser) => {
    const request = await askForAdmin(stack);
    const { page } = await open(browser, request.id);
    const loginUrl = '/login?provider=local-oidc&stepUp=fresh';
    const stepUp = { code: 'step_up_required', title: 'Sign in again', type: 'about:blank', detail: '', loginUrl };
    await page.route('**/approve', (route) => route.fulfill({ status: 403, json: { ...stepUp, status: 403 } }));
    await page.getByLabel('15 min').check();
    await page.getByLabel('Comment').fill('Only for a while.');
    await page.getByRole('button', { name: 'Approve 15 min' }).click();
    await page.getByText('This needs a newer or stronger sign-in.').waitFor();
    await page.unroute('**/approve');
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.waitForURL((url) => url.origin !== stack.origin);
    await page.getByText(APPROVER).click();
    await heading(page).getByText('pending').waitFor();
    await expect(page.getByLabel('Comment').inputValue()).resolves.toBe('Only for a while.');
    await page.getByRole('button', { name: 'Approve 15 min' }).click();
    await heading(page).getByText('active').waitFor();
    await page.getByText('Only for a while.').first().waitFor();
  });

  testInBrowser(
    'a hold that is placed meanwhile says why there is no yes, and a no is still there',
    async (browser) => {
      const request = await askFor(await engineer(), { entitlementId: 'payments-admin' });
      const { page } = await open(browser, request.id);
      await page.getByRole('button', { name: 'Approve' }).waitFor();
      const security = await stack.signedIn(SECURITY);
      const body = { on: 'entitlement', entitlementId: 'payments-admin', reason: 'Something is odd.' };
      const { json } = await security.call('POST', '/v1/holds', body);
      await page.getByText('You cannot say yes now. The security team holds this').waitFor();
      await page.getByRole('button', { name: 'Approve' }).waitFor({ state: 'detached' });
      await page.getByText('Deny…').waitFor();
      await keepScreenshot(page, 'decide-hold-light-1280');
      await security.call('DELETE', `/v1/holds/${(json['hold'] as { id: string }).id}`);
      await page.getByRole('button', { name: 'Approve' }).waitFor({ timeout: 60_000 });
    },
  );

  testInBrowser('whoever has nothing to decide is told so, and a stranger’s request is not there', async (browser) => {
    const request = await askForAdmin(stack);
    const { page } = await openPortal(browser, stack, { account: 'outsider@example.com', path: '/decide', ...NARROW });
    await page.getByText('Nothing waits for you.').waitFor();
    await keepScreenshot(page, 'decide-outsider-light-320');
    await page.goto(`${stack.origin}/requests/${request.id}`);
    await page.getByText('There is no such thing, or it is not yours to see.').waitFor();
    await expect(page.content()).resolves.not.toContain(request.justification);
    await keepScreenshot(page, 'not-found-light-320');
  });

  testInBrowser('offline and while the ledger is away, nothing is decided twice', async (browser) => {
    const request = await askForAdmin(stack);
    const { page } = await open(browser, request.id);
    await page.getByLabel('Comment').fill('Yes.');
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('nothing is done twice').first().waitFor();
    await keepScreenshot(page, 'decide-offline-light-1280');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Approve' }).click();
    await heading(page).getByText('active').waitFor();
    const { json } = await (await engineer()).call('GET', `/v1/requests/${request.id}`);
    const types = (json['events'] as { type: string }[]).map(({ type }) => type);
    expect(types.filter((type) => type === 'request.approved')).toHaveLength(1);
  });
});
