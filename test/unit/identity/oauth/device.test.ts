import { beforeEach, describe, expect, test } from '@jest/globals';
import { allowDevice, denyDevice, waitingDevice } from '../../../../lib/identity/oauth/decide-device.ts';
import type { DeviceParts } from '../../../../lib/identity/oauth/grant-parts.ts';
import type { GrantForm } from '../../../../lib/identity/oauth/grants.ts';
import type { DeviceAuthorization, DeviceDecision, DevicePace } from '../../../../lib/identity/oauth/ports.ts';
import { redeemDeviceCode } from '../../../../lib/identity/oauth/redeem-device.ts';
import { hashSecret } from '../../../../lib/identity/sessions.ts';
import { provider } from '../../../attack/id-token/verifying.ts';
import { NOON, engineer, noon } from '../../../support/builders.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from '../memory.ts';

const CODE = 'd'.repeat(43);
const USER_CODE = 'BCDFGHJK';
const erin = { ...engineer, issuer: provider.issuer };
const session = { principal: erin, expiresAt: noon(9000) };
const authorization: DeviceAuthorization = {
  ...{ deviceHash: hashSecret(CODE), userCodeHash: hashSecret(USER_CODE), askedAt: NOON },
  ...{ askedFrom: '203.0.113.9', expiresAt: noon(600) },
};

let identity: MemoryIdentity;
let parts: DeviceParts;
let decisions: DeviceDecision[];
let taken: string[];
let found: string[];

beforeEach(() => {
  identity = memoryIdentity([provider]);
  [decisions, taken, found] = [[], [], []];
  let pace: DevicePace | undefined;
  const of = (hash: string) => Promise.resolve(hash === authorization.deviceHash ? authorization : undefined);
  parts = {
    ...identity,
    warn: () => undefined,
    limits: { take: (key) => Promise.resolve(taken.push(key) > 0) },
    devices: {
      begin: () => Promise.resolve(true),
      get: of,
      find: (hash) => {
        found.push(hash);
        return Promise.resolve(hash === authorization.userCodeHash ? authorization : undefined);
      },
      decide: (decision) => {
        const isFirst = decisions.length === 0;
        if (isFirst) decisions.push(decision);
        return Promise.resolve(isFirst);
      },
      decision: () => Promise.resolve(decisions[0]),
      pace: () => Promise.resolve(pace),
      setPace: (next) => {
        pace = next;
        return Promise.resolve(true);
      },
    },
  };
});

const poll = (more: GrantForm = {}): Promise<string> => {
  identity.clock.advance(5);
  return codeOf(redeemDeviceCode(parts, { client_id: 'hatcheck-cli', device_code: CODE, ...more }));
};

describe('the code that a person types', () => {
  test('counts as a guess of theirs and of everybody, before it is looked for', async () => {
    await expect(waitingDevice(parts, session, 'bcdf-ghjk')).resolves.toEqual({
      ...authorization,
      userCode: USER_CODE,
    });
    await expect(waitingDevice(parts, session, 'no code')).resolves.toBeUndefined();
    expect(taken).toEqual([`device#${erin.handle}`, 'device', `device#${erin.handle}`, 'device']);
    expect(found).toEqual([hashSecret(USER_CODE)]);
  });

  test.each([`device#${erin.handle}`, 'device'])(
    'attack: is not looked for once %s has guessed too often',
    async (whose) => {
      const limits = { take: (key: string) => Promise.resolve(key !== whose) };
      await expect(waitingDevice({ ...parts, limits }, session, USER_CODE)).rejects.toMatchObject({
        ...{ code: 'limit_reached', refusal: { retryAfterSeconds: 600 } },
      });
      expect(found).toStrictEqual([]);
    },
  );

  test('finds nothing once it is decided, or over', async () => {
    await denyDevice(parts, authorization);
    await expect(waitingDevice(parts, session, USER_CODE)).resolves.toBeUndefined();
    decisions.length = 0;
    identity.clock.advance(600);
    await expect(waitingDevice(parts, session, USER_CODE)).resolves.toBeUndefined();
  });
});

describe('a decision', () => {
  test('that is the second changes nothing and leaves nothing behind', async () => {
    await expect(denyDevice(parts, authorization)).resolves.toBe(true);
    await expect(allowDevice(parts, authorization, session)).resolves.toBe(false);
    await expect(parts.families.list(erin.handle)).resolves.toStrictEqual([]);
    await expect(denyDevice(parts, authorization)).resolves.toBe(false);
    expect(decisions).toEqual([{ deviceHash: authorization.deviceHash, outcome: 'denied' }]);
  });
});

describe('a machine that asks', () => {
  test.each<[GrantForm, string]>([
    [{ client_id: 'another' }, 'invalid_client'],
    [{ scope: 'openid' }, 'invalid_scope'],
    [{ device_code: 'a code' }, 'invalid_grant'],
    [{ device_code: 'x'.repeat(43) }, 'invalid_grant'],
  ])('with %j is told %s', async (more, code) => {
    await expect(poll(more)).resolves.toBe(code);
  });

  test('without its code is told so', async () => {
    await expect(codeOf(redeemDeviceCode(parts, { client_id: 'hatcheck-cli' }))).resolves.toBe('invalid_request');
  });

  test('is told to wait, then no', async () => {
    await expect(poll()).resolves.toBe('authorization_pending');
    await denyDevice(parts, authorization);
    await expect(poll()).resolves.toBe('access_denied');
  });

  test('is signed in once, with a record of how; what it shows a second time revokes it all', async () => {
    await allowDevice(parts, authorization, session);
    await expect(poll()).resolves.toBe('accepted');
    expect([...identity.stored.burnt.keys()]).toEqual([`device#${authorization.deviceHash}`]);
    expect(identity.stored.events).toMatchObject([
      { event: { type: 'signin.succeeded', data: { provider: provider.id, method: 'device_code' } } },
    ]);
    expect([...identity.stored.sessions.values()]).toMatchObject([{ principal: { byDevice: true } }]);
    await expect(poll()).resolves.toBe('invalid_grant');
    expect(identity.stored.sessions.size).toBe(0);
  });

  test('too late is told that it is over', async () => {
    await allowDevice(parts, authorization, session);
    identity.clock.advance(595);
    await expect(poll()).resolves.toBe('expired_token');
  });
});
