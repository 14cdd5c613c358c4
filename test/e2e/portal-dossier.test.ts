import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { askForAdmin } from '../support/ask.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { NARROW, WIDE, openPortal, settled, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const AUDITOR = 'auditor@example.com';
const REPORTS = join(import.meta.dirname, '../../reports/screenshots');

describeInBrowser('the dossier in the portal', () => {
  let stack: TestStack;
  let id: string;

  beforeAll(async () => {
    stack = await startTestStack();
    const [engineer, approver] = [
      await stack.signedIn('engineer@example.com'),
      await stack.signedIn('approver@example.com'),
    ];
    ({ id } = await askForAdmin(stack, { scope: { actions: ['s3:GetObject'], resources: ['*'] } }));
    await engineer.call('POST', `/v1/requests/${id}/credentials`);
    await approver.call('POST', `/v1/requests/${id}/approve`, { comment: '<b>Go</b> on.' });
    await engineer.call('POST', `/v1/requests/${id}/credentials`);
    await stack.ledgerStream.poll();
    await stack.checkpoints.run();
    await approver.call('POST', `/v1/requests/${id}/revoke`, { reason: 'It is over.' });
  });
  afterAll(() => stack.close());

  testInBrowser('is found in the list, and says of each event what proves it', async (browser) => {
    const { page, complaints } = await openPortal(browser, stack, { account: AUDITOR, path: '/audit', ...WIDE });
    await page.getByRole('link', { name: `Dossier of ${id}` }).click();
    const happened = page.getByRole('region', { name: 'What happened' });
    await happened.getByText('Proved by checkpoint 0, as number').first().waitFor();
    await happened.getByText('Not covered by a checkpoint yet').first().waitFor();
    for (const text of ['<b>Go</b> on.', 'was refused credentials: not_approved', 'revoked it', 'It is over.'])
      await happened.getByText(text).first().waitFor();
    await page
      .getByRole('region', { name: 'What proves it' })
      .getByText(/events are proved, \d wait/)
      .waitFor();
    await keepScreenshot(page, 'dossier-proved-light-1280');
    await page.getByRole('link', { name: 'The request itself' }).click();
    await page.getByRole('link', { name: `Dossier of ${id}` }).waitFor();
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser('fits on a phone in the dark, and axe finds nothing', async (browser) => {
    const { page } = await openPortal(browser, stack, {
      ...{ account: AUDITOR, path: `/audit/requests/${id}`, colorScheme: 'dark' },
      ...NARROW,
    });
    await page.getByText('Proved by checkpoint 0').first().waitFor();
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    expect(await accessibilityFaults(page)).toStrictEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    await keepScreenshot(page, 'dossier-proved-dark-320');
  });

  testInBrowser('is printed whole, without what is there to press', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: AUDITOR, path: `/audit/requests/${id}`, ...WIDE });
    await page.getByText('Proved by checkpoint 0').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('button', { name: 'Print' }).waitFor({ state: 'hidden' });
    await page.getByText(`request.submitted request#${id} 0`).waitFor();
    await keepScreenshot(page, 'dossier-printed');
    const pdf = await page.pdf({ format: 'A4' });
    writeFileSync(join(REPORTS, 'dossier.pdf'), pdf);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  });

  testInBrowser('is found by who could do what, in an account and a time', async (browser) => {
    await stack.ledgerStream.poll();
    const { page, complaints } = await openPortal(browser, stack, { account: AUDITOR, path: '/audit', ...WIDE });
    await page.getByRole('link', { name: 'Search the record' }).click();
    await page.getByText(/^\d+ found\.$/).waitFor();
    await page.getByLabel('Account').fill('111122223333');
    await page.getByLabel('From').fill('2026-01-01T00:00');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    const could = page.getByRole('region', { name: 'Who could do what' });
    await could.getByText('Admin in 111122223333').waitFor();
    await page.getByRole('region', { name: 'What happened' }).getByText('refused: not_approved').waitFor();
    expect(new URL(page.url()).search).toBe('?account=111122223333&from=2026-01-01T00%3A00');
    expect(await accessibilityFaults(page)).toStrictEqual([]);
    await keepScreenshot(page, 'search-light-1280');
    await page.setViewportSize(NARROW.viewport);
    await page.waitForFunction((width) => innerWidth === width, NARROW.viewport.width);
    expect(await sidewaysOverflow(page)).toBe(0);
    await keepScreenshot(page, 'search-light-320');
    await page.getByLabel('Account').fill('1');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await page.goBack();
    await could.getByRole('link', { name: `Dossier of ${id}` }).click();
    await page.getByRole('heading', { name: /^Dossier/ }).waitFor();
    // What is no account is refused, which browsers tell their console.
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toStrictEqual([]);
  });

  testInBrowser('is nothing for whoever is no auditor, though the request is theirs', async (browser) => {
    const { page } = await openPortal(browser, stack, {
      ...{ account: 'engineer@example.com', path: `/audit/requests/${id}` },
      ...NARROW,
    });
    await page.getByText('The record is for auditors.').waitFor();
    await page.goto(`${stack.origin}/audit/search`);
    await page.getByText('The record is for auditors.').waitFor();
    await page.goto(`${stack.origin}/requests/${id}`);
    await page.getByRole('region', { name: 'What happened' }).waitFor();
    await settled(page);
    await expect(page.getByRole('link', { name: 'Dossier' }).count()).resolves.toBe(0);
  });
});
