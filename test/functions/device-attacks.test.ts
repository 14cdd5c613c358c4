import { describe, expect, test } from '@jest/globals';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { DEVICE_IP, at, erin, begin, poll, type, titleOf, decide, refresh, UNKNOWN, error } from './device-scene.ts';

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
