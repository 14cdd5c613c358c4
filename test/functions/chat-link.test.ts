import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoChatCodes, dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoLimits } from '../../lib/aws/limits.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { beginChatLink } from '../../lib/chatops/link.ts';
import { principal } from '../support/builders.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { type TestBrowser, type TokenFunction, startTokenFunction } from '../support/token-function.ts';

let at: TokenFunction;
let erin: TestBrowser;
let mallory: TestBrowser;

beforeEach(async () => {
  at = await startTokenFunction();
  erin = await at.browseAs(justSignedIn('erin'));
  mallory = await at.browseAs(justSignedIn('mallory'));
});
afterEach(() => at.close());

const justSignedIn = (name: string) =>
  principal(name, ['sre'], { issuer: 'http://127.0.0.1:3001', authenticatedAt: at.clock.now() });
const account = (user = 'U0ERIN') => ({ platform: 'slack' as const, workspace: 'T0OURS', user });
const identity = () => ({ client: at.database.client, table: at.config.tables.identity, clock: at.clock });
const links = () => dynamoChatLinks(identity());
/** As the chat shows it to whoever is at this account. */
const codeOf = (user?: string, name = 'erin') =>
  beginChatLink(
    { codes: dynamoChatCodes(identity()), limits: dynamoLimits(identity()), clock: at.clock, chance: systemChance },
    account(user),
    name,
  );

const post = (form: Record<string, string>, browser = erin, http: HttpCall = {}) =>
  at.signin(
    httpEvent({
      ...{ method: 'POST', path: '/chat/link', cookies: browser.cookies },
      headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin' },
      form: { csrf: browser.csrf, ...form },
      ...http,
    }),
  );
const link = (code: string, browser = erin) => post({ code, decision: 'link' }, browser);
const get = (browser?: TestBrowser) =>
  at.signin(httpEvent({ path: '/chat/link', ...(browser ? { cookies: browser.cookies } : {}) }));

type Answer = Awaited<ReturnType<typeof post>>;
const titleOf = ({ body = '' }: Answer) => /<h1>(.*)<\/h1>/.exec(body)?.[1] ?? '';
const saidIn = ({ body = '' }: Answer) => /role="alert">([^<.]*)/.exec(body)?.[1] ?? '';
const codeIn = ({ body = '{}' }: Answer) => (JSON.parse(body) as { code: string }).code;
const ownerOf = async (user?: string) => (await links().find(account(user)))?.handle;
const eventsOf = (handle: string) =>
  dynamoLedger({ client: at.database.client, table: at.config.tables.ledger }).read(`person#${handle}`);

const UNKNOWN = 'No chat account waits with this code, or no longer';

describe('an account in chat is linked', () => {
  test('by whoever says its code in the portal, after the page said whose it is, and on record', async () => {
    const code = await codeOf(undefined, '<b>erin</b> \u202e');
    const question = await post({ code: ` ${code.toLowerCase().slice(0, 4)}-${code.slice(4)}` });
    expect(titleOf(question)).toBe('Is this your chat account?');
    for (const shown of ['erin@example.com', 'U0ERIN', 'T0OURS', code, '&lt;b&gt;erin'])
      expect(question.body).toContain(shown);
    expect(question.body).not.toMatch(/<b>erin|\u202e/);
    expect(await ownerOf()).toBeUndefined();

    expect(saidIn(await link(code))).toBe('Linked');
    expect(await ownerOf()).toBe(erin.principal.handle);
    expect(await links().of(erin.principal.handle)).toEqual([account()]);
    expect(await eventsOf(erin.principal.handle)).toMatchObject([
      { type: 'link.made', data: { person: [erin.principal.handle], chat: account(), carried: { sameAs: [] } } },
    ]);
    expect((await get(erin)).body).toContain('U0ERIN');
  });

  test('and unlinked by its owner, on record; what was said with it stays', async () => {
    await link(await codeOf());
    const answer = await post({ remove: 'slack T0OURS U0ERIN' });
    expect([saidIn(answer), await ownerOf(), await links().of(erin.principal.handle)]).toEqual([
      'Unlinked',
      undefined,
      [],
    ]);
    expect((await eventsOf(erin.principal.handle)).map(({ type }) => type)).toEqual(['link.made', 'link.removed']);
  });

  test('to somebody else, where its owner says its code there', async () => {
    await link(await codeOf());
    await link(await codeOf(), mallory);
    expect(await ownerOf()).toBe(mallory.principal.handle);
    expect(await links().of(erin.principal.handle)).toStrictEqual([]);
  });

  test('after signing in, where nobody is', async () => {
    expect(await get()).toMatchObject({ statusCode: 303, headers: { location: '/login?returnTo=%2Fchat%2Flink' } });
    expect(titleOf(await get(erin))).toBe('Link a chat account');
  });

  test('or not, when the person says that it is not theirs', async () => {
    expect(saidIn(await post({ code: await codeOf(), decision: 'leave' }))).toBe('Not linked');
    expect(await ownerOf()).toBeUndefined();
  });
});

describe('attack', () => {
  test('a code that is used twice, also at once, links once', async () => {
    const code = await codeOf();
    const answers = await Promise.all([link(code), link(code, mallory), link(code)]);
    expect(answers.map(saidIn).toSorted()).toEqual(['Linked', UNKNOWN, UNKNOWN]);
    const owner = await ownerOf();
    expect(saidIn(await link(code, mallory))).toBe(UNKNOWN);
    expect(await ownerOf()).toBe(owner);
  });

  test('a code that is over', async () => {
    const code = await codeOf();
    at.clock.advance(600);
    erin = await at.browseAs(justSignedIn('erin'));
    expect([saidIn(await post({ code })), saidIn(await link(code)), await ownerOf()]).toEqual([
      UNKNOWN,
      UNKNOWN,
      undefined,
    ]);
  });

  test('the code of another’s account links that account and no other: whoever is sent it reads whose it is', async () => {
    const code = await codeOf('U0MALLORY', 'erin');
    const question = await post({ code });
    expect(question.body).toContain('<code>U0MALLORY</code>');
    expect(question.body).toContain('they would decide in your name');
    await link(code);
    expect(await ownerOf('U0ERIN')).toBeUndefined();
  });

  test('guessing: ten tries in ten minutes, and then the right one is not looked for either', async () => {
    const code = await codeOf();
    for (let tries = 0; tries < 10; tries += 1) expect(saidIn(await link('BCDF-GHJK', mallory))).toBe(UNKNOWN);
    const refused = await link(code, mallory);
    expect([refused.statusCode, codeIn(refused), refused.headers?.['retry-after']]).toEqual([
      429,
      'limit_reached',
      '600',
    ]);
    expect(await ownerOf()).toBeUndefined();
    expect(saidIn(await link(code))).toBe('Linked');
  });

  test('a browser that lies open links no account for long: whoever links signs in anew', async () => {
    at.clock.advance(301);
    const code = await codeOf('U0MALLORY');
    for (const answer of [await post({ code }), await link(code)])
      expect(answer).toMatchObject({
        statusCode: 303,
        headers: { location: '/login?stepUp=fresh&returnTo=%2Fchat%2Flink' },
      });
    expect(await ownerOf('U0MALLORY')).toBeUndefined();
    expect(saidIn(await link(code, await at.browseAs(justSignedIn('erin'))))).toBe('Linked');
    expect(saidIn(await post({ remove: 'slack T0OURS U0MALLORY' }))).toBe('Unlinked');
  });

  test('another’s link is not to be removed', async () => {
    await link(await codeOf());
    await post({ remove: 'slack T0OURS U0ERIN' }, mallory);
    expect(await ownerOf()).toBe(erin.principal.handle);
  });

  test('from another site, without the session’s field, or with a bearer token', async () => {
    const code = await codeOf();
    const elsewhere = { origin: 'https://example.com', 'sec-fetch-site': 'cross-site' };
    const calls = [
      post({ code, decision: 'link' }, erin, { headers: elsewhere }),
      post({ code, decision: 'link', csrf: 'x' }),
      post({ code, decision: 'link' }, erin, { cookies: [] }),
      post({ code, decision: 'link' }, erin, { cookies: [], headers: { authorization: `Bearer ${erin.token}` } }),
    ];
    expect((await Promise.all(calls)).map(codeIn)).toEqual([
      ...['cross_origin', 'csrf_missing', 'not_signed_in', 'invalid_token'],
    ]);
    expect(await ownerOf()).toBeUndefined();
  });

  test('the code stands nowhere as it is shown', async () => {
    const code = await codeOf();
    expect((await at.items()).join('')).not.toContain(code);
  });
});
