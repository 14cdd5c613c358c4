import { afterAll, beforeAll, expect } from '@jest/globals';
import { askForAdmin } from '../support/ask.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { NARROW, WIDE, openPortal, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const APPROVER = 'approver@example.com';
const SECURITY = 'security@example.com';

describeInBrowser('the account page', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  testInBrowser('shows who one is, and ends a session that one does not know', async (browser) => {
    const elsewhere = await stack.signedIn(APPROVER);
    const { page, complaints } = await openPortal(browser, stack, { account: APPROVER, path: '/account', ...WIDE });
    await page.getByText('local-oidc:sre-leads').waitFor();
    const sessions = page.getByRole('region', { name: 'Where you are signed in' });
    await sessions.getByText('this one').waitFor();
    await expect(sessions.getByRole('listitem').count()).resolves.toBe(2);
    await keepScreenshot(page, 'account-light-1280');
    await sessions.getByRole('button', { name: 'End A browser' }).click();
    await sessions.getByText('last seen').nth(1).waitFor({ state: 'detached' });
    await expect(sessions.getByRole('listitem').count()).resolves.toBe(1);
    expect((await elsewhere.call('GET', '/v1/me')).status).toBe(401);
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser('links an identity at another provider by a sign-in there, and unlinks it', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: APPROVER, path: '/account', ...NARROW });
    await page.getByRole('button', { name: 'Link one of local-saml' }).click();
    await page.waitForURL((url) => url.origin !== stack.origin);
    await page.getByText(APPROVER).click();
    await page.getByRole('heading', { level: 1, name: 'Your account' }).waitFor();
    const identities = page.getByRole('region', { name: 'Linked identities' });
    await identities.getByRole('button', { name: /^Unlink/ }).waitFor();
    await expect(identities.getByRole('listitem').count()).resolves.toBe(2);
    await keepScreenshot(page, 'account-linked-light-320');
    expect(await sidewaysOverflow(page)).toBe(0);
    await identities.getByRole('button', { name: /^Unlink/ }).click();
    await identities.getByRole('button', { name: /^Unlink/ }).waitFor({ state: 'detached' });
    await expect(identities.getByRole('button', { name: /^Unlink/ }).count()).resolves.toBe(0);
  });

  testInBrowser('lets somebody decide in one’s place, who then does, and takes it back', async (browser) => {
    const delegate = await openPortal(browser, stack, { account: SECURITY, path: '/account' });
    const handle = (await delegate.page.locator('code.handle').textContent()) ?? '';
    expect(handle).toMatch(/^p_[\w-]{43}$/);

    const { page } = await openPortal(browser, stack, {
      account: APPROVER,
      path: '/account',
      colorScheme: 'dark',
      ...NARROW,
    });
    const delegations = page.getByRole('region', { name: 'While you are away' });
    await delegations.getByText('Let somebody decide in your place…').click();
    await delegations.getByLabel('Their handle').fill(handle);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await delegations.getByLabel('Until').fill(`${tomorrow}T10:00`);
    await delegations.getByLabel('Reason').fill('At the dentist’s.');
    await delegations.getByRole('button', { name: 'Let them decide' }).click();
    await delegations.getByText('Sam Security').waitFor();
    await keepScreenshot(page, 'account-delegation-dark-320');
    expect(await sidewaysOverflow(page)).toBe(0);

    const request = await askForAdmin(stack);
    await delegate.page.goto(`${stack.origin}/requests/${request.id}`);
    await delegate.page.getByRole('button', { name: 'Approve' }).click();
    await delegate.page.getByRole('heading', { level: 1 }).getByText('active').waitFor();
    await delegate.page.goto(`${stack.origin}/account`);
    await delegate.page.getByText('You decide in the place of Ari Approver').waitFor();

    await delegations.getByRole('button', { name: 'End this delegation' }).click();
    await delegations.getByText('Sam Security').waitFor({ state: 'detached' });
  });

  testInBrowser('somebody whom nobody knows is refused as one, in words', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: APPROVER, path: '/account' });
    await page.getByText('Let somebody decide in your place…').click();
    await page.getByLabel('Their handle').fill(`p_${'A'.repeat(43)}`);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel('Until').fill(`${tomorrow}T10:00`);
    await page.getByRole('button', { name: 'Let them decide' }).click();
    await page.getByText('nobody who ever signed in').waitFor();
  });
});
