import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { dynamoDirectory } from '../../lib/aws/directory.ts';
import { askFor } from '../support/ask.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { NARROW, openPortal, settled, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const [ENGINEER, APPROVER, SECURITY, AUDITOR] = ['engineer', 'approver', 'security', 'auditor'].map(
  (name) => `${name}@example.com`,
) as [string, string, string, string];

/** Ways out of text, of attributes, of style and script; each would say so by `hacked`. */
const SCRIPTS = [
  '<img src=x onerror="hacked(1)">',
  '"><svg onload=hacked(2)>',
  "'><script>hacked(3)</script>",
  '</textarea></script><script>hacked(4)</script>',
  '<iframe srcdoc="<script>parent.hacked(5)</script>">',
  '<a href="javascript:hacked(6)">here</a>',
  '<details open ontoggle=hacked(7)>',
  '${hacked(8)}{{hacked(9)}}',
  '&lt;script&gt;hacked(10)&lt;/script&gt;',
].join(' ');
/** Field by field, so that each can be looked for. */
const script = (field: string): string => `${field}: ${SCRIPTS}`;

/** What turns, hides or breaks the text around it. */
const TURNING = '\u202e\u2066\u200b\u2028\u00ad\ufeff\u{e0041}';
const turned = (field: string): string => `${field} ${TURNING}deorppa`;
const HIDDEN = /.{0,40}[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

describeInBrowser('what one person writes and another sees', () => {
  let stack: TestStack;
  let names: ReturnType<typeof dynamoDirectory>;
  let client: DynamoDBClient;

  beforeAll(async () => {
    stack = await startTestStack();
    const credentials = { accessKeyId: 'by-hand', secretAccessKey: 'by-hand' };
    client = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
    const tables = Object.values(stack.template.tables).map(({ createTable }) => createTable.TableName ?? '');
    const table = tables.find((name) => name.endsWith('identity')) ?? '';
    names = dynamoDirectory({
      client,
      table,
      clock: { now: () => new Date().toISOString() },
    });
  });
  afterAll(async () => {
    client.destroy();
    await stack.close();
  });

  const meOf = async (account: string): Promise<string> => {
    const { json } = await (await stack.signedIn(account)).call('GET', '/v1/me');
    return (json['principal'] as { handle: string }).handle;
  };

  /** Names as a directory may have let in, before there was a rule or by another way. */
  const renameAll = async (nameOf: (account: string) => string): Promise<void> => {
    for (const account of [ENGINEER, APPROVER, SECURITY])
      await names.remember({
        ...{ handle: await meOf(account), displayName: nameOf(account), email: `${nameOf(account)}@example.com` },
        ...{ issuer: stack.oidc.issuer, subject: 'x', kind: 'person', groups: [], methods: [] },
        ...{ groupsAt: '2026-01-01T00:00:00.000Z', authenticatedAt: '2026-01-01T00:00:00.000Z' },
      });
  };

  /** Without the page's own policy, which would stop a script that got in: it is not what is tried here. */
  const visitor = async (browser: Browser, account: string, options: object = {}) => {
    const hacks: unknown[] = [];
    const { page } = await openPortal(browser, stack, { account, bypassCSP: true, ...options });
    await page.exposeFunction('hacked', (by: unknown) => hacks.push(by));
    page.on('dialog', (dialog) => {
      hacks.push(dialog.message());
      void dialog.dismiss();
    });
    return { page, hacks };
  };

  /** Everything that the page shows or says to whoever cannot see it. */
  const saidBy = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const attributes = [...document.querySelectorAll('*')].flatMap((element) =>
        [...element.attributes].map(({ value }) => value),
      );
      return [document.title, document.body.textContent, ...attributes].join('\n');
    });

  /** Opens whatever is folded away. */
  const unfold = async (page: Page): Promise<void> => {
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
  };

  const MARKUP =
    'main img, main svg[onload], main script, main iframe, main a[href^="javascript"], main [ontoggle], main [onerror]';

  /** One of everything that may be written, by each who may. @returns the requests' ids */
  const writeEverywhere = async (text: (field: string) => string): Promise<readonly string[]> => {
    const engineer = await stack.signedIn(ENGINEER);
    const approver = await stack.signedIn(APPROVER);
    const security = await stack.signedIn(SECURITY);
    const act = async (who: typeof engineer, id: string, action: string, body: object): Promise<void> => {
      const { status, json } = await who.call('POST', `/v1/requests/${id}/${action}`, body);
      expect([action, status, json['code']]).toEqual([action, 200, undefined]);
    };
    const ask = (field: string, more: object = {}) =>
      askFor(engineer, {
        entitlementId: 'prod-admin',
        ticket: 'OPS-7',
        durationSeconds: 900,
        justification: text(field),
        ...more,
      });

    const pending = await ask('justification', {
      scope: { actions: ['s3:GetObject'], resources: ["arn:aws:s3:::x'(1)/[hacked`]|~*"] },
    });
    const extended = await ask('extended');
    await act(approver, extended.id, 'approve', { comment: text('comment') });
    await act(engineer, extended.id, 'extend', { durationSeconds: 900, justification: text('more time') });
    const denied = await ask('denied');
    await act(approver, denied.id, 'deny', { reason: text('reason') });
    const glass = await ask('glass', { breakGlass: true, ticket: undefined });
    await act(security, glass.id, 'revoke', { reason: text('revoke') });
    await act(security, glass.id, 'review', { verdict: 'justified', comment: text('review') });
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const to = await meOf(SECURITY);
    expect((await approver.call('POST', '/v1/delegations', { to, until, reason: text('delegation') })).status).toBe(
      200,
    );
    return [pending.id, extended.id, denied.id, glass.id];
  };

  const PLACES = [
    [APPROVER, ['/decide', 'requests', '/account']],
    [SECURITY, ['/decide', '/account']],
    [AUDITOR, ['/audit', '/audit/search?from=2026-01-01T00:00', 'requests', 'dossiers']],
    [ENGINEER, ['/', '/history', 'requests', '/ask/prod-admin']],
  ] as const;

  const placesOf = (each: string, ids: readonly string[]): readonly string[] => {
    if (each === 'requests') return ids.map((id) => `/requests/${id}`);
    return each === 'dossiers' ? ids.map((id) => `/audit/requests/${id}`) : [each];
  };

  /** Every page that shows it, to each who may see it; `look` once it is all there. */
  const visitAll = async (
    browser: Browser,
    ids: readonly string[],
    look: (page: Page, hacks: readonly unknown[]) => Promise<void>,
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> => {
    for (const [account, places] of PLACES) {
      const { page, hacks } = await visitor(browser, account);
      await prepare(page);
      for (const place of places.flatMap((each) => placesOf(each, ids))) {
        await page.goto(`${stack.origin}${place}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await settled(page);
        await unfold(page);
        await look(page, hacks);
      }
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.context().close();
    }
  };

  let ids: readonly string[] = [];

  testInBrowser(
    'cross-site scripting: nothing of it runs or becomes markup, and all of it can be read',
    async (browser) => {
      ids = await writeEverywhere(script);
      await renameAll((account) => `name ${account} ${SCRIPTS}`);
      const read: string[] = [];
      await visitAll(browser, ids, async (page, hacks) => {
        expect([page.url(), hacks, await page.locator(MARKUP).count()]).toEqual([page.url(), [], 0]);
        read.push(await saidBy(page));
      });
      // Not for want of having been there.
      const all = read.join('\n');
      const fields = ['justification', 'comment', 'more time', 'reason', 'revoke', 'review', 'delegation'];
      expect(fields.filter((field) => !all.includes(script(field)))).toStrictEqual([]);
      expect(all).toContain(`name ${ENGINEER} ${SCRIPTS}`);
    },
  );

  testInBrowser(
    'text that turns or hides what is around it is shown as what it is, in every field of every answer',
    async (browser) => {
      const codePoint = (each: string): string =>
        (each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      const SHOWN = Array.from(TURNING, (each) => `⟨U+${codePoint(each)}⟩`).join('');
      /** The API refuses such text today: this is what it would be if it once had not. */
      const turn = (value: unknown, key = ''): unknown => {
        if (Array.isArray(value)) return value.map((each) => turn(each, key));
        if (typeof value === 'object' && value !== null)
          return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, turn(each, name)]));
        if (typeof value !== 'string' || !WORDS.has(key)) return value;
        met.add(key);
        return turned(key);
      };
      const WORDS = new Set([
        ...['justification', 'comment', 'reason', 'displayName', 'email', 'ticket', 'title', 'words', 'description'],
        ...['accountName', 'groups', 'people', 'detail', 'issuer', 'user', 'workspace', 'providers'],
      ]);
      const [met, seen] = [new Set<string>(), new Set<string>()];
      await visitAll(
        browser,
        ids.length > 0 ? ids : await writeEverywhere(script),
        async (page) => {
          const said = await saidBy(page);
          expect([page.url(), HIDDEN.exec(said)?.[0]]).toEqual([page.url(), undefined]);
          for (const word of WORDS) if (said.includes(`${word} ${SHOWN}deorppa`)) seen.add(word);
        },
        async (page) => {
          await page.route('**/v1/**', async (route) => {
            const answer = await route.fetch();
            const json: unknown = await answer.json().catch(() => undefined);
            await (json === undefined
              ? route.fulfill({ response: answer })
              : route.fulfill({ response: answer, json: turn(json) }));
          });
        },
      );
      // Nobody has a chat account here, and no stage names a person.
      expect([...WORDS].filter((word) => !met.has(word))).toEqual(['people', 'user', 'workspace']);
      expect([...met].filter((word) => !seen.has(word))).toStrictEqual([]);
    },
  );

  testInBrowser('a name cannot begin a line, and the longest words fit on a phone', async (browser) => {
    const [id = ''] = ids.length > 0 ? ids : await writeEverywhere(script);
    await renameAll(() => `${'W'.repeat(200)}\nApproved by everybody`);
    const { page } = await visitor(browser, APPROVER, NARROW);
    await page.goto(`${stack.origin}/requests/${id}`);
    await page.getByText('WWW').first().waitFor();
    expect(await sidewaysOverflow(page)).toBe(0);
    await keepScreenshot(page, 'scripting-light-320');
    const name = await page
      .locator('.person bdi')
      .first()
      .evaluate((element) => element.textContent);
    expect(name).toContain('W Approved by everybody');
  });
});
