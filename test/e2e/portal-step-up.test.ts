import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { laptopAccess } from '../../local/laptop-access.ts';
import { askFor, askForAdmin } from '../support/ask.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { NARROW, WIDE, keptIn, openPortal, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ENGINEER = 'engineer@example.com';
const APPROVER = 'approver@example.com';
const SECURITY = 'security@example.com';

/** What each entitlement asks for besides: of whoever asks, and of whoever says yes. */
const DEMANDS = {
  'prod-admin': 'approverRequires: { mfa: true, authenticatedWithin: 15m }',
  'staging-admin': 'requires: { authenticatedWithin: 15m }',
  'prod-read': 'requires: { mfa: true }',
};

describeInBrowser('a newer or a stronger sign-in, in the portal', () => {
  let folder: string;
  let stack: TestStack;
  let client: DynamoDBClient;
  let sessions: ReturnType<typeof dynamoSessions>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hatcheck-step-up-'));
    const access = join(folder, 'access.yml');
    await writeFile(access, await demanding());
    stack = await startTestStack({ access: laptopAccess(access) });
    const credentials = { accessKeyId: 'by-hand', secretAccessKey: 'by-hand' };
    client = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
    const tables = Object.values(stack.template.tables).map(({ createTable }) => createTable.TableName ?? '');
    const table = tables.find((name) => name.endsWith('identity')) ?? '';
    sessions = dynamoSessions({ client, table, clock: { now: () => new Date().toISOString() } });
  });
  afterAll(async () => {
    client.destroy();
    await stack.close();
    await rm(folder, { recursive: true, force: true });
  });

  const demanding = async (): Promise<string> => {
    const usual = await readFile(new URL('../../local/access.yml', import.meta.url), 'utf8');
    return Object.entries(DEMANDS).reduce(
      (text, [id, demand]) => text.replace(`  ${id}:\n`, `$&    ${demand}\n`),
      usual,
    );
  };

  /** As if whoever this page is signed in as had signed in an hour ago. */
  const anHourLater = async (page: Page): Promise<void> => {
    const me = await page.request.get(`${stack.origin}/v1/me`);
    const { principal } = (await me.json()) as { principal: { handle: string } };
    const authenticatedAt = new Date(Date.now() - 3_600_000).toISOString();
    for (const session of await sessions.list(principal.handle))
      await sessions.put({ ...session, principal: { ...session.principal, authenticatedAt } });
  };

  const open = (browser: Browser, account: string, path: string, screen: object = WIDE) =>
    openPortal(browser, stack, { account, path, ...screen });
  const heading = (page: Page) => page.getByRole('heading', { level: 1 });
  const refused = (page: Page) => page.getByRole('alert').getByText('This needs a newer or stronger sign-in.');

  /** By the address bar. */
  const signIn = async (page: Page, loginHint: string, wish: object): Promise<void> => {
    const query = new URLSearchParams({ provider: 'local-oidc', loginHint, ...wish });
    await page.goto(`${stack.origin}/login?${query.toString()}`);
  };

  /** Goes where the page leads, and signs in there as this person; the page that they come back to is the one that they left. */
  const signInAgain = async (page: Page, account: string): Promise<void> => {
    const left = page.url();
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByRole('link', { name: 'local-oidc' }).click();
    await page.waitForURL((url) => url.origin === stack.oidc.issuer);
    await page.getByRole('button', { name: account }).click();
    await page.waitForURL(left);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  };
  /** What was written, once it is said: the page may see that sooner than its own act's answer. */
  const forgotten = (page: Page, words: string): Promise<void> =>
    eventually(async () => {
      expect(await keptIn(page)).not.toContain(words);
    });

  const methodsOf = async (page: Page): Promise<unknown> =>
    ((await (await page.request.get(`${stack.origin}/v1/me`)).json()) as { principal: object }).principal;

  testInBrowser('a yes is said again, as it was written, after a second factor', async (browser) => {
    const { id } = await askForAdmin(stack);
    const { page } = await open(browser, APPROVER, `/requests/${id}`);
    await page.getByLabel('15 min').check();
    await page.getByLabel('Comment').fill('Only for a while.');
    await page.getByRole('button', { name: 'Approve 15 min' }).click();
    await refused(page).waitFor();
    await page.getByText('What it takes: Signed in with more than one factor.').waitFor();
    await keepScreenshot(page, 'step-up-approve-light-1280');
    await heading(page).getByText('pending').waitFor();

    await signInAgain(page, APPROVER);
    expect(await methodsOf(page)).toMatchObject({ methods: expect.arrayContaining(['mfa']) });
    await expect(page.getByLabel('Comment').inputValue()).resolves.toBe('Only for a while.');
    await keepScreenshot(page, 'step-up-back-light-1280');
    await page.getByRole('button', { name: 'Approve 15 min' }).click();
    await heading(page).getByText('active').waitFor();
    await page.getByText('Only for a while.').first().waitFor();

    const { json } = await (await stack.signedIn(ENGINEER)).call('GET', `/v1/requests/${id}`);
    expect(json['request']).toMatchObject({ status: 'approved', grantedSeconds: 900 });
  });

  testInBrowser('a second factor of an hour ago is asked for anew, once', async (browser) => {
    const { id } = await askForAdmin(stack);
    const { page } = await open(browser, APPROVER, '/', NARROW);
    await signIn(page, APPROVER, { stepUp: 'mfa', returnTo: `/requests/${id}` });
    await page.getByLabel('Comment').fill('I read it twice.');
    await anHourLater(page);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('What it takes: Signed in within 15 min.').waitFor();
    await keepScreenshot(page, 'step-up-approve-light-320');
    expect(await sidewaysOverflow(page)).toBe(0);
    await signInAgain(page, APPROVER);
    await page.getByRole('button', { name: 'Approve' }).click();
    await heading(page).getByText('active').waitFor();
    await page.getByText('I read it twice.').first().waitFor();
  });

  testInBrowser('who asks, and who first uses what they got, is led to sign in anew', async (browser) => {
    const { page } = await open(browser, ENGINEER, '/ask/staging-admin');
    const why = 'The rehearsal of the move is tonight.';
    await page.getByLabel('Why do you need it?').fill(why);
    await page.getByLabel('30 min').check();
    await anHourLater(page);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await refused(page).waitFor();
    await keepScreenshot(page, 'step-up-ask-light-1280');
    await signInAgain(page, ENGINEER);
    await expect(page.getByLabel('Why do you need it?').inputValue()).resolves.toBe(why);
    await expect(page.getByLabel('30 min').isChecked()).resolves.toBe(true);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.waitForURL('**/requests/*');
    await heading(page).getByText('active').waitFor();

    await anHourLater(page);
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await refused(page).waitFor();
    await keepScreenshot(page, 'step-up-credentials-light-1280');
    await signInAgain(page, ENGINEER);
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.getByText('AWS_ACCESS_KEY_ID').first().waitFor();
  });

  testInBrowser('the console, in its tab, says that it wants a second factor, and where', async (browser) => {
    const { page } = await open(browser, ENGINEER, '/');
    await signIn(page, ENGINEER, { stepUp: 'mfa', returnTo: '/ask/prod-read' });
    await page.getByLabel('Why do you need it?').fill('Looking at a report.');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.waitForURL('**/requests/*');
    await signIn(page, ENGINEER, { returnTo: new URL(page.url()).pathname });
    const tab = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Open the console' }).click();
    const console = await tab;
    await console.getByText('step_up_required').waitFor();
    await keepScreenshot(console, 'step-up-console-light-1280');
    await console.getByRole('link', { name: 'Sign in again' }).click();
    await console.getByRole('link', { name: 'local-oidc' }).click();
    await console.getByRole('button', { name: ENGINEER }).click();
    await console.getByRole('button', { name: 'Sign out' }).waitFor();

    await page.bringToFront();
    await page.reload();
    const next = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Open the console' }).click();
    await (await next).locator('#session-name').waitFor();
  });

  /** Their session ends, as it does after a while; what they press next leads to a new one. */
  const overAndBack = async (page: Page, account: string, button: string): Promise<void> => {
    const left = page.url();
    await page.context().clearCookies({ domain: new URL(stack.origin).hostname });
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'local-oidc' }).click();
    await page.getByRole('button', { name: account }).click();
    await page.waitForURL(left);
  };

  testInBrowser('the reason of a no is still there after a sign-in, and gone once it is said', async (browser) => {
    const { id } = await askForAdmin(stack);
    const { page } = await open(browser, APPROVER, `/requests/${id}`);
    await page.getByText('Deny…').click();
    await page.getByLabel('Reason').fill('Not before the freeze is over.');
    await overAndBack(page, APPROVER, 'Deny');
    await expect(page.getByLabel('Reason').inputValue()).resolves.toBe('Not before the freeze is over.');
    await keepScreenshot(page, 'reason-back-light-1280');
    await page.getByRole('button', { name: 'Deny' }).click();
    await heading(page).getByText('denied').waitFor();
    await page.getByText('Not before the freeze is over.').first().waitFor();
    await forgotten(page, 'freeze');
  });

  testInBrowser('so is the reason of a revoke', async (browser) => {
    const { id } = await askFor(await stack.signedIn(ENGINEER), { entitlementId: 'staging-admin' });
    const { page } = await open(browser, SECURITY, `/requests/${id}`);
    await page.getByText('Revoke…').click();
    await page.getByLabel('Reason').fill('The rehearsal is off.');
    await overAndBack(page, SECURITY, 'Revoke');
    await expect(page.getByLabel('Reason').inputValue()).resolves.toBe('The rehearsal is off.');
    await page.getByRole('button', { name: 'Revoke' }).click();
    await heading(page).getByText('revoked').waitFor();
    await forgotten(page, 'rehearsal');
  });

  testInBrowser('so is why more time is asked for, after a newer sign-in', async (browser) => {
    const asked = { entitlementId: 'staging-admin', durationSeconds: 1800 };
    const { id } = await askFor(await stack.signedIn(ENGINEER), asked);
    const { page } = await open(browser, ENGINEER, `/requests/${id}`);
    await page.getByText('More time…').click();
    await page.getByLabel('Why more?').fill('The copy is slow.');
    await anHourLater(page);
    await page.getByRole('button', { name: 'Ask for more time' }).click();
    await refused(page).waitFor();
    await signInAgain(page, ENGINEER);
    await expect(page.getByLabel('Why more?').inputValue()).resolves.toBe('The copy is slow.');
    await page.getByRole('button', { name: 'Ask for more time' }).click();
    await page.getByText('got 15\u00a0min more').waitFor();
    await eventually(async () => {
      await expect(page.getByLabel('Why more?').inputValue()).resolves.toBe('');
    });
    await forgotten(page, 'copy');
  });
});
