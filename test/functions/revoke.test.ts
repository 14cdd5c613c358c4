import { describe, expect, test } from '@jest/globals';
import { DEVICE_IP, at, begin, decide, erin, poll, refresh } from './device-scene.ts';
import { httpEvent } from '../support/events.ts';

/** A command line that erin let sign in. */
const signIn = async (): Promise<Record<string, string>> => {
  const device = await begin();
  await decide(device.userCode, 'allow');
  at.clock.advance(5);
  return (await poll(device)).json;
};

const revoke = (token: string | undefined, more: Record<string, string> = {}) =>
  at.post(
    { client_id: 'hatcheck-cli', ...(token === undefined ? {} : { token }), ...more },
    '/oauth/revoke',
    DEVICE_IP,
  );

const signOuts = async (): Promise<number> => (await at.items()).filter((item) => item.includes('signed_out')).length;

describe('POST /oauth/revoke', () => {
  test('with a refresh token ends the whole sign-in, on record, and says it again', async () => {
    const mine = await signIn();
    const token = mine['refresh_token'] ?? '';
    await expect(revoke(token)).resolves.toMatchObject({ status: 200 });
    await expect(at.me(mine['access_token'])).resolves.toBe(401);
    await expect(refresh(token)).resolves.toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    await expect(revoke(token)).resolves.toMatchObject({ status: 200 });
    await expect(signOuts()).resolves.toBe(1);
  });

  test('with one that was used already ends what came of it', async () => {
    const first = await signIn();
    const second = (await refresh(first['refresh_token'] ?? '')).json;
    await revoke(first['refresh_token']);
    await expect(at.me(second['access_token'])).resolves.toBe(401);
    await expect(refresh(second['refresh_token'] ?? '')).resolves.toMatchObject({ status: 400 });
  });

  test('with an access token ends the sign-in that it is of', async () => {
    const mine = await signIn();
    await revoke(mine['access_token'], { token_type_hint: 'access_token' });
    await expect(refresh(mine['refresh_token'] ?? '')).resolves.toMatchObject({ status: 400 });
  });

  test('ends no other command line of the same person', async () => {
    const [one, other] = [await signIn(), await signIn()];
    await revoke(one['refresh_token']);
    await expect(at.me(other['access_token'])).resolves.toBe(200);
  });

  test('CSRF: a cookie’s value is no token of a client, and ends nothing', async () => {
    await expect(revoke(erin.token)).resolves.toMatchObject({ status: 200 });
    const me = await at.signin(httpEvent({ path: '/v1/me', cookies: erin.cookies }));
    expect([me.statusCode, await signOuts()]).toEqual([200, 0]);
  });

  test.each(['', 'made-up', `p_${'a'.repeat(43)}.${'a'.repeat(43)}`])(
    'of what is no token (%j) changes nothing',
    async (token) => {
      const { status } = await revoke(token);
      expect(status).toBe(token === '' ? 400 : 200);
      await expect(signOuts()).resolves.toBe(0);
    },
  );

  test.each([
    ['no token', { client_id: 'hatcheck-cli' }, 'invalid_request'],
    ['no client', { token: 'made-up' }, 'invalid_client'],
    ['another client', { token: 'made-up', client_id: 'another' }, 'invalid_client'],
  ])('with %s is refused', async (_what, form: Record<string, string>, code) => {
    await expect(at.post(form, '/oauth/revoke')).resolves.toMatchObject({ json: { error: code } });
  });
});
