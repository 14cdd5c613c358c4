import { describe, expect, test } from '@jest/globals';
import type { Principal } from '../../lib/domain/principal.ts';
import { answers } from '../../lib/http/answers.ts';
import { httpEvent } from '../support/events.ts';
import { DEVICE_IP, at, erin, begin, poll, type, titleOf, decide, refresh, UNKNOWN, error } from './device-scene.ts';

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
    for (let half = 1; half < 8; half += 1) {
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
