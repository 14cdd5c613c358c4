import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { askFor, askForAdmin } from '../support/ask.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { NARROW, WIDE, openPortal, settled, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const AUDITOR = 'auditor@example.com';
const ENGINEER = 'engineer@example.com';
const APPROVER = 'approver@example.com';

describeInBrowser('looking back in the portal', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  const engineer = () => stack.signedIn(ENGINEER);
  /** A request that was granted, used, and ended early. */
  const grantedAndEnded = async () => {
    const request = await askForAdmin(stack);
    await (await stack.signedIn(APPROVER)).call('POST', `/v1/requests/${request.id}/approve`, { comment: 'Go on.' });
    const who = await engineer();
    await who.call('POST', `/v1/requests/${request.id}/credentials`);
    await who.call('POST', `/v1/requests/${request.id}/end`);
    return request;
  };
  const cards = (page: Page) => page.locator('ul.cards > li');

  testInBrowser('an auditor finds a request by its words, and reads its whole dossier', async (browser) => {
    const request = await grantedAndEnded();
    await askFor(await engineer(), { entitlementId: 'prod-read' });
    await askFor(await engineer(), { entitlementId: 'staging-admin' });
    const { page, complaints } = await openPortal(browser, stack, { account: AUDITOR, path: '/audit', ...WIDE });
    await page.getByText('3 requests.').waitFor();
    await page.getByRole('img', { name: /2 grants in account 111122223333 in the last 24 hours/ }).waitFor();
    await page.getByText('The same as a table').click();
    await eventually(async () => {
      await expect(page.getByRole('row').count()).resolves.toBe(4);
    });
    await keepScreenshot(page, 'audit-light-1280');

    await page.getByLabel('Find').fill('erin ops-7');
    await page.getByText('1 found among 3.').waitFor();
    expect(new URL(page.url()).search).toBe('?find=erin+ops-7');
    await page.reload();
    await page.getByText('1 found among 3.').waitFor();
    await cards(page).getByRole('heading').getByRole('link').click();

    const happened = page.getByRole('region', { name: 'What happened' });
    await happened.getByText('gave it back').waitFor();
    for (const text of [
      'asked for 1\u00a0h',
      'said yes',
      'Go on.',
      'wanted credentials',
      'got credentials, access key ASIA',
    ])
      await happened.getByText(text).first().waitFor();
    await happened.getByText('On record').first().click();
    await happened.getByText(`request.submitted request#${request.id} 0`).waitFor();
    await keepScreenshot(page, 'dossier-light-1280');
    // Who only looks has nothing to press but what unfolds.
    await expect(page.getByRole('main').getByRole('button').count()).resolves.toBe(0);
    await page.goBack();
    await page.getByText('1 found among 3.').waitFor();
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser('one’s own history is filtered by status, on a phone in the dark', async (browser) => {
    const { page } = await openPortal(browser, stack, {
      ...{ account: ENGINEER, path: '/history?status=ended', colorScheme: 'dark' },
      ...NARROW,
    });
    await page.getByText('One request.').waitFor();
    await keepScreenshot(page, 'history-dark-320');
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.getByLabel('Status').selectOption('denied');
    await page.getByText('Nothing like that.').waitFor();
    await page.getByLabel('Status').selectOption('');
    await page.getByText('3 requests.').waitFor();
  });

  testInBrowser('older pages come when they are asked for, and none twice', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: AUDITOR });
    // Pages of two, so that three are enough.
    await page.route('**/v1/requests?*limit=100*', async (route) => {
      await route.continue({ url: route.request().url().replace('limit=100', 'limit=2') });
    });
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('The newest 2.').waitFor();
    await page.getByRole('button', { name: 'Load older ones' }).click();
    await page.getByText('3 requests.').waitFor();
    await expect(cards(page).count()).resolves.toBe(3);
    await expect(page.getByRole('button', { name: 'Load older ones' }).count()).resolves.toBe(0);
  });

  testInBrowser('who is no auditor sees nothing of others', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: 'outsider@example.com', path: '/audit', ...NARROW });
    await page.getByText('There is nothing, or nothing that is yours to see.').waitFor();
    await settled(page);
    await expect(page.getByRole('link', { name: 'Audit' }).count()).resolves.toBe(0);
  });

  testInBrowser('a list that cannot be read says so, and can be tried again', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER });
    const problem = { status: 503, code: 'ledger_unavailable', title: 'x', type: 'about:blank', detail: 'x' };
    await page.route('**/v1/requests?*limit=100*', (route) => route.fulfill({ status: 503, json: problem }));
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('The record cannot be reached').waitFor();
    await page.unroute('**/v1/requests?*limit=100*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('3 requests.').waitFor();
  });

  testInBrowser('a crowd at the gateway is waited out; where it lasts, it is told in words', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER });
    const tooMany = { status: 429, json: { message: 'Too Many Requests' } };
    await page.route('**/v1/requests?*limit=100*', (route) => route.fulfill(tooMany), { times: 2 });
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('3 requests.').waitFor();
    await expect(page.getByRole('alert').count()).resolves.toBe(0);

    await page.getByRole('link', { name: 'Ask', exact: true }).click();
    await page.route('**/v1/requests?*limit=100*', (route) => route.fulfill(tooMany));
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('Too many people are at it at once').waitFor();
  });
});
