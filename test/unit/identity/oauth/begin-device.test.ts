import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { beginDevice } from '../../../../lib/identity/oauth/begin-device.ts';
import type { DeviceAuthorization } from '../../../../lib/identity/oauth/ports.ts';
import { makeUserCode, readUserCode, shownUserCode } from '../../../../lib/identity/oauth/user-code.ts';
import { hashSecret } from '../../../../lib/identity/sessions.ts';
import { noon } from '../../../support/builders.ts';
import { memoryClock } from '../../../support/memory.ts';
import { codeOf } from '../memory.ts';

const chance = { token: (bytes: number): string => randomBytes(bytes).toString('base64url') };

describe('a user code', () => {
  test('has each of its twenty letters as often as any other', () => {
    const counts = new Map<string, number>();
    for (let codes = 0; codes < 5000; codes += 1)
      for (const letter of makeUserCode(chance).match(/./g) ?? []) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect([...counts.keys()].sort().join('')).toBe('BCDFGHJKLMNPQRSTVWXZ');
    // 40,000 letters, 2000 of each expected; eight standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(350);
  });

  test('takes more chance when some of it would make one letter likelier', () => {
    const given = [Buffer.alloc(16, 255), Buffer.alloc(16, 240), Buffer.alloc(16, 239)];
    const token = (): string => (given.shift() ?? Buffer.alloc(16)).toString('base64url');
    expect(makeUserCode({ token })).toBe('ZZZZZZZZ');
    expect(given).toStrictEqual([]);
  });

  test.each(['BCDF-GHJK', 'bcdfghjk', ' bcdf ghjk ', 'BCDF–GHJK'])('is read as it is meant: %s', (typed) => {
    expect(readUserCode(typed)).toBe('BCDFGHJK');
    expect(shownUserCode('BCDFGHJK')).toBe('BCDF-GHJK');
  });

  test.each(['', 'BCDF', 'BCDFGHJKL', 'ABCDEFGH', 'BCDF_GHJK', 'BCDFGHJ1', 'ＢCDFGHJK'])('is none: %s', (typed) => {
    expect(readUserCode(typed)).toBeUndefined();
  });
});

describe('a device authorization', () => {
  const begun: DeviceAuthorization[] = [];
  const begin = (free: readonly boolean[], from = '203.0.113.9') => {
    const answers = [...free];
    begun.length = 0;
    const devices = {
      begin: (authorization: DeviceAuthorization) => {
        begun.push(authorization);
        return Promise.resolve(answers.shift() ?? false);
      },
    };
    const parts = { devices, chance, clock: memoryClock(), origin: 'https://hatcheck.example.com' };
    return beginDevice(parts, { client_id: 'hatcheck-cli' }, from);
  };

  test('keeps hashes only, for ten minutes', async () => {
    const { device_code: deviceCode, user_code: userCode } = await begin([true]);
    expect(begun).toEqual([
      {
        deviceHash: hashSecret(deviceCode),
        userCodeHash: hashSecret(userCode.replace('-', '')),
        ...{ askedAt: noon(0), askedFrom: '203.0.113.9', expiresAt: noon(600) },
      },
    ]);
  });

  test('takes another user code when one is taken, and gives up when three are', async () => {
    const { user_code: userCode } = await begin([false, false, true]);
    expect(new Set(begun.map(({ userCodeHash }) => userCodeHash)).size).toBe(3);
    expect(begun[2]?.userCodeHash).toBe(hashSecret(userCode.replace('-', '')));
    await expect(codeOf(begin([false, false, false, true]))).resolves.toBe('ledger_unavailable');
  });

  test.each(['2001:db8::1', '203.0.113.9'])('shows an address: %s', async (from) => {
    await begin([true], from);
    expect(begun[0]?.askedFrom).toBe(from);
  });

  test.each(['', 'your.own.machine', '203.0.113.9, as this browser'])('shows nothing else: %s', async (from) => {
    await begin([true], from);
    expect(begun[0]?.askedFrom).toBe('an unknown address');
  });
});
