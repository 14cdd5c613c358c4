import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Principal } from '../../lib/domain/principal.ts';
import { answers } from '../../lib/http/answers.ts';
import { DEVICE_GRANT } from '../../lib/identity/oauth/redeem-device.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import {
  type OAuthReply,
  type TestBrowser,
  type TokenFunction,
  startTokenFunction,
} from '../support/token-function.ts';

const DEVICE_IP = '203.0.113.9';

let at: TokenFunction;
let erin: TestBrowser;

beforeEach(async () => {
  at = await startTokenFunction();
  erin = await at.browse('engineer');
});
afterEach(() => at.close());

interface Begun {
  readonly deviceCode: string;
  readonly userCode: string;
}

const begin = async (form: Record<string, string> = { client_id: 'hatcheck-cli' }): Promise<Begun> => {
  const { json } = await at.post(form, '/oauth/device_authorization', DEVICE_IP);
  return { deviceCode: json['device_code'] ?? '', userCode: json['user_code'] ?? '' };
};

const poll = ({ deviceCode }: Begun, more: Record<string, string> = {}): Promise<OAuthReply> =>
  at.post({ grant_type: DEVICE_GRANT, client_id: 'hatcheck-cli', device_code: deviceCode, ...more });

const type = (userCode: string, more: Record<string, string> = {}, http: HttpCall = {}, browser = erin) =>
  at.token(
    httpEvent({
      ...{ method: 'POST', path: '/device', cookies: browser.cookies },
      headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin' },
      form: { user_code: userCode, csrf: browser.csrf, ...more },
      ...http,
    }),
  );

const titleOf = ({ body = '' }: Awaited<ReturnType<typeof type>>): string => /<h1>(.*)<\/h1>/.exec(body)?.[1] ?? '';
const decide = (userCode: string, decision: string, browser = erin) => type(userCode, { decision }, {}, browser);
const refresh = (refreshToken = '') =>
  at.post({ grant_type: 'refresh_token', client_id: 'hatcheck-cli', refresh_token: refreshToken });

const UNKNOWN = 'Sign in a device';
const error = (code: string, status = 400) => ({ status, json: { error: code } });

describe('a machine without a browser is signed in', () => {
  test('by a person who types its code in theirs, reads who asks, and allows it', async () => {
    const answer = await at.post({ client_id: 'hatcheck-cli' }, '/oauth/device_authorization', DEVICE_IP);
    expect(answers.DeviceAuthorization().safeParse(answer.json).error).toBeUndefined();
    expect(answer.json).toMatchObject({
      ...{ verification_uri: `${at.config.origin}/device`, expires_in: 600, interval: 5 },
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
    });
    const device = { deviceCode: answer.json['device_code'] ?? '', userCode: answer.json['user_code'] ?? '' };
    await expect(poll(device)).resolves.toMatchObject(error('authorization_pending'));

    const question = await type(device.userCode);
    expect(titleOf(question)).toBe('Sign in this device?');
    for (const shown of ['engineer@example.com', device.userCode, DEVICE_IP, 'hatcheck', at.clock.now().slice(0, 10)])
      expect(question.body).toContain(shown);
    expect(titleOf(await decide(device.userCode, 'allow'))).toBe('Allowed');

    at.clock.advance(5);
    const { status, json } = await poll(device);
    expect(status).toBe(200);
    expect(answers.Token().safeParse(json).error).toBeUndefined();
    await expect(at.me(json['access_token'])).resolves.toBe(200);
    at.clock.advance(900);
    const renewed = await refresh(json['refresh_token']);
    await expect(at.me(renewed.json['access_token'])).resolves.toBe(200);
  });

  test('however the code is typed', async () => {
    const device = await begin();
    for (const typed of [
      device.userCode.toLowerCase(),
      device.userCode.replace('-', ''),
      ` ${device.userCode.replace('-', ' – ')} `,
    ])
      expect(titleOf(await type(typed))).toBe('Sign in this device?');
  });

  test('by somebody whose provider says no address, or no name either', async () => {
    const { userCode } = await begin();
    const noEmail = (({ email: _email, ...rest }: Principal) => rest)(erin.principal);
    const nameless = (({ displayName: _name, ...rest }: Principal) => rest)(noEmail);
    for (const [person, name] of [
      [noEmail, 'engineer'],
      [nameless, erin.principal.handle],
    ] as const) {
      const browser = await at.browseAs(person);
      expect((await type(userCode, {}, {}, browser)).body).toContain(`<strong>${name}</strong>`);
    }
  });

  test('or not, when the person says no', async () => {
    const device = await begin();
    expect(titleOf(await decide(device.userCode, 'deny'))).toBe('Denied');
    await expect(poll(device)).resolves.toMatchObject(error('access_denied'));
  });

  test('or not, when nobody says anything for ten minutes; the code is gone with it', async () => {
    const device = await begin();
    at.clock.advance(600);
    await expect(poll(device)).resolves.toMatchObject(error('expired_token'));
    expect(titleOf(await type(device.userCode))).toBe(UNKNOWN);
  });

  test('allowed at the last moment and fetched too late: not either', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    at.clock.advance(600);
    await expect(poll(device)).resolves.toMatchObject(error('expired_token'));
  });

  test('after its person signed in, who was not; the code is kept, and has to be sent off', async () => {
    const { userCode } = await begin();
    const typed = userCode.toLowerCase();
    const { statusCode, headers } = await at.token(httpEvent({ path: `/device?user_code=${typed}` }));
    const login = new URL(String(headers?.['location']), at.config.origin);
    expect([statusCode, login.pathname]).toEqual([303, '/login']);
    const returnTo = login.searchParams.get('returnTo') ?? '';
    expect(returnTo).toBe(`/device?user_code=${userCode}`);
    const page = await at.token(httpEvent({ path: returnTo, cookies: erin.cookies }));
    expect(page.body).toContain(`value="${userCode}"`);
    expect(page.body).not.toContain('value="allow"');
  });

  test('and the tokens never outlive the session of the browser that allowed it', async () => {
    const device = await begin();
    const me = () => at.signin(httpEvent({ path: '/v1/me', cookies: erin.cookies }));
    for (let half = 1; half < 24; half += 1) {
      at.clock.advance(1800);
      await me();
    }
    at.clock.advance(1800 - 60);
    const late = await begin();
    await decide(late.userCode, 'allow');
    await expect(poll(late)).resolves.toMatchObject({ status: 200, json: { expires_in: 60 } });
    await expect(poll(device)).resolves.toMatchObject(error('invalid_grant'));
  });
});

describe('RFC 8628, 3.5: a machine that asks too often', () => {
  test('is told to slow down, and then has to wait longer each time', async () => {
    const device = await begin();
    await expect(poll(device)).resolves.toMatchObject(error('authorization_pending'));
    at.clock.advance(4);
    await expect(poll(device)).resolves.toMatchObject(error('slow_down'));
    at.clock.advance(9);
    await expect(poll(device)).resolves.toMatchObject(error('slow_down'));
    at.clock.advance(15);
    await expect(poll(device)).resolves.toMatchObject(error('authorization_pending'));
  });

  test('learns nothing of the decision', async () => {
    const device = await begin();
    await poll(device);
    await decide(device.userCode, 'allow');
    await expect(poll(device)).resolves.toMatchObject(error('slow_down'));
  });

  test('does not slow down another one', async () => {
    const [one, other] = [await begin(), await begin()];
    await poll(one);
    await poll(one);
    await expect(poll(other)).resolves.toMatchObject(error('authorization_pending'));
  });
});

describe('F2: a device code', () => {
  test('asked for twenty times at once gives one token, which lives', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    const all = await Promise.all(Array.from({ length: 20 }, () => poll(device)));
    const given = all.filter(({ status }) => status === 200);
    expect(given).toHaveLength(1);
    for (const { json } of all.filter(({ status }) => status !== 200)) expect(json['error']).toBe('slow_down');
    await expect(at.me(given[0]?.json['access_token'])).resolves.toBe(200);
  });

  test('stolen and used a second time takes away what it gave', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    const { json } = await poll(device);
    at.clock.advance(5);
    await expect(poll(device)).resolves.toMatchObject(error('invalid_grant'));
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(error('invalid_grant'));
  });

  test('is of no use to another client, and not spoilt by it', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    for (const more of [{ client_id: 'evil' }, { client_id: '' }])
      await expect(poll(device, more)).resolves.toMatchObject(error('invalid_client', 401));
    await expect(poll(device)).resolves.toMatchObject({ status: 200 });
  });

  test.each(['', 'x', 'A'.repeat(43)])('is not guessed: %s', async (deviceCode) => {
    const { status } = await poll({ deviceCode, userCode: '' });
    expect(status).toBe(400);
  });

  test('is not the user code, and none of our other secrets', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    const { json } = await poll(device);
    for (const deviceCode of [
      device.userCode,
      json['refresh_token'] ?? '',
      (json['refresh_token'] ?? '').split('.')[1] ?? '',
    ])
      await expect(poll({ ...device, deviceCode })).resolves.toMatchObject(error('invalid_grant'));
  });

  test('stands in no table, nor does the user code', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    const { json } = await poll(device);
    const content = (await at.items()).join();
    const secrets = [device.deviceCode, device.userCode, device.userCode.replace('-', ''), json['access_token'] ?? ''];
    for (const secret of secrets) expect(content).not.toContain(secret);
  });
});

describe('RFC 8628, 5.1: guessing a user code', () => {
  test('ends after ten looks of one person, whether one finds something or not', async () => {
    const device = await begin();
    for (let guesses = 0; guesses < 10; guesses += 1) expect(titleOf(await type('BCDF-GHJK'))).toBe(UNKNOWN);
    const refused = await type(device.userCode);
    expect([refused.statusCode, refused.headers?.['retry-after']]).toEqual([429, '600']);
    const other = await at.browse('other');
    expect(titleOf(await type(device.userCode, {}, {}, other))).toBe('Sign in this device?');
    at.clock.advance(600);
    expect(titleOf(await type('BCDF-GHJK'))).toBe(UNKNOWN);
  });

  test('is not eased by signing in again', async () => {
    for (let guesses = 0; guesses < 10; guesses += 1) await type('BCDF-GHJK');
    expect((await type('BCDF-GHJK', {}, {}, await at.browse('engineer'))).statusCode).toBe(429);
  });

  test('is not eased by doing it all at once', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => type('BCDF-GHJK')));
    const told = all.map((answer) => (answer.statusCode === 200 ? titleOf(answer) : answer.statusCode));
    expect(told.filter((each) => each === UNKNOWN).length).toBeLessThanOrEqual(10);
    // Whoever has no guess left is to wait, and nobody gets any other answer.
    expect([...new Set(told)].sort()).toEqual([429, UNKNOWN]);
  });
});

describe('RFC 8628, 5.4: a person who is sent a code', () => {
  test('is not led past typing or confirming it: no link brings it along, and none decides', async () => {
    const answer = await at.post({ client_id: 'hatcheck-cli' }, '/oauth/device_authorization');
    expect(answer.json).not.toHaveProperty('verification_uri_complete');
    const path = `/device?user_code=${answer.json['user_code'] ?? ''}&decision=allow`;
    expect((await at.token(httpEvent({ path, cookies: erin.cookies }))).statusCode).toBe(400);
  });

  test('is warned, and sees that it came from elsewhere', async () => {
    const { userCode } = await begin();
    const { body = '' } = await type(userCode);
    expect(body).toContain('class="warning"');
    expect(body).toContain(`${DEVICE_IP}; this browser is at 192.0.2.1`);
    expect((await type(userCode, {}, { sourceIp: DEVICE_IP })).body).toContain(`${DEVICE_IP}, as this browser`);
  });

  test('gives a session that says how it came about', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    await poll(device);
    const sessions = (await at.items()).filter((item) => /via\W+bearer/.test(item));
    expect(sessions).toHaveLength(1);
    for (const session of sessions) expect(session).toMatch(/byDevice\W+true/);
  });
});

describe('F2: nobody but the person in this browser decides', () => {
  test.each<[string, HttpCall, Record<string, string>]>([
    [
      'another site posts the form',
      { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
      {},
    ],
    [
      'a page on another port posts it',
      { headers: { origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'same-site' } },
      {},
    ],
    ['the form has no field of the session', {}, { csrf: 'guessed' }],
  ])('%s', async (_what, http, more) => {
    const device = await begin();
    expect((await type(device.userCode, { decision: 'allow', ...more }, http)).statusCode).toBe(403);
    await expect(poll(device)).resolves.toMatchObject(error('authorization_pending'));
  });

  test('a bearer token decides nothing: a session must not beget others', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    const { json } = await poll(device);
    const other = await begin();
    const headers = { authorization: `Bearer ${json['access_token'] ?? ''}` };
    expect((await type(other.userCode, { decision: 'allow' }, { cookies: [], headers })).statusCode).toBe(401);
    await expect(poll(other)).resolves.toMatchObject(error('authorization_pending'));
  });

  test('clickjacking: no other site can frame the pages, and their forms go nowhere else', async () => {
    const { userCode } = await begin();
    for (const { headers } of [
      await type(userCode),
      await at.token(httpEvent({ path: '/device', cookies: erin.cookies })),
    ]) {
      expect(headers?.['x-frame-options']).toBe('DENY');
      expect(String(headers?.['content-security-policy'])).toMatch(/frame-ancestors 'none'.*form-action 'self'$/);
    }
  });

  test('the first decision stays, whoever comes second', async () => {
    const device = await begin();
    const other = await at.browse('other');
    await decide(device.userCode, 'deny');
    expect(titleOf(await decide(device.userCode, 'allow', other))).toBe(UNKNOWN);
    await expect(poll(device)).resolves.toMatchObject(error('access_denied'));
  });

  test('of ten who decide at once one does', async () => {
    const device = await begin();
    const people = await Promise.all(Array.from({ length: 10 }, (_, i) => at.browse(`person${i}`)));
    const all = await Promise.all(people.map((person) => decide(device.userCode, 'allow', person)));
    expect(all.filter((each) => titleOf(each) === 'Allowed')).toHaveLength(1);
    const { json } = await poll(device);
    await expect(at.me(json['access_token'])).resolves.toBe(200);
  });

  test('markup for a code, or for an address, stays text', async () => {
    const hostile = '"><script>alert(1)</script>';
    expect((await type(hostile)).body).not.toContain('<script>');
    const { json } = await at.post({ client_id: 'hatcheck-cli' }, '/oauth/device_authorization', hostile);
    expect((await type(json['user_code'] ?? '')).body).toContain('an unknown address');
  });
});

describe('a device authorization', () => {
  test.each<[string, Record<string, string>, string, number]>([
    ['of another client', { client_id: 'evil' }, 'invalid_client', 401],
    ['of no client', { scope: '' }, 'invalid_client', 401],
    ['with a scope', { client_id: 'hatcheck-cli', scope: 'admin' }, 'invalid_scope', 400],
  ])('%s is refused', async (_what, form, code, status) => {
    await expect(at.post(form, '/oauth/device_authorization')).resolves.toMatchObject(error(code, status));
  });

  test('with credentials of a client is refused: there are none', async () => {
    const headers = { authorization: 'Basic aGF0Y2hlY2stY2xpOg==' };
    const call = { method: 'POST', path: '/oauth/device_authorization', form: { client_id: 'hatcheck-cli' }, headers };
    expect((await at.token(httpEvent(call))).statusCode).toBe(401);
  });

  test('that its person revoked before it was fetched gives nothing', async () => {
    const device = await begin();
    await decide(device.userCode, 'allow');
    const list = await at.signin(httpEvent({ path: '/v1/sessions', cookies: erin.cookies }));
    const { sessions } = answers.Sessions().parse(JSON.parse(list.body ?? ''));
    const id = sessions.find(({ client }) => client !== undefined)?.id ?? '';
    await at.signin(
      httpEvent({
        ...{ method: 'DELETE', path: `/v1/sessions/${id}`, routeKey: 'DELETE /v1/sessions/{id}' },
        ...{ cookies: erin.cookies, headers: { origin: at.config.origin, 'hatcheck-csrf': '1' } },
      }),
    );
    await expect(poll(device)).resolves.toMatchObject(error('invalid_grant'));
  });
});
