import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { whileLocked } from '../../../cli/lock.ts';
import { CALL_TIMEOUT_MS } from '../../../cli/server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const lockedMsAgo = (ms: number): void => {
  const file = join(folder, '.name.lock');
  writeFileSync(file, 'of a command that died');
  const at = new Date(Date.now() - ms);
  utimesSync(file, at, at);
};

/** Once without waiting, since what is stale is removed before. */
const onceThen = (pause: () => Promise<void>): (() => Promise<void>) => {
  let pauses = 0;
  return () => (pauses++ === 0 ? Promise.resolve() : pause());
};

/** How many work at once, at the most. */
const mostAtOnce = async (count: number): Promise<number> => {
  let [now, most] = [0, 0];
  const work = async (): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  };
  await Promise.all(Array.from({ length: count }, () => whileLocked(folder, 'name', work)));
  return most;
};

describe('a lock', () => {
  test('is held by one at a time, and then by nobody', async () => {
    await expect(mostAtOnce(5)).resolves.toBe(1);
    expect(readdirSync(folder)).toStrictEqual([]);
  });

  test('is given back when the work fails', async () => {
    await expect(whileLocked(folder, 'name', () => Promise.reject(new Error('the work')))).rejects.toThrow('the work');
    await expect(whileLocked(folder, 'name', () => Promise.resolve('next'))).resolves.toBe('next');
  });

  test('of a command that died is taken by one of all who wait', async () => {
    lockedMsAgo(3_600_000);
    await expect(mostAtOnce(5)).resolves.toBe(1);
    expect(readdirSync(folder)).toStrictEqual([]);
  });

  test('of a process that was killed is not waited for, however young it is', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(folder, '.name.lock'), `${hostname()} ${pid} died`);
    const pause = (): Promise<void> => Promise.reject(new Error('waited'));
    await expect(whileLocked(folder, 'name', () => Promise.resolve('next'), { pause: onceThen(pause) })).resolves.toBe(
      'next',
    );
  });

  test('of a process that lives is waited for', async () => {
    writeFileSync(join(folder, '.name.lock'), `${hostname()} ${process.pid} lives`);
    const pause = (): Promise<void> => Promise.reject(new Error('waited'));
    await expect(
      whileLocked(folder, 'name', () => Promise.resolve('next'), { pause: onceThen(pause) }),
    ).rejects.toThrow('waited');
  });

  test('is not taken away from a command whose call may be on its way still', async () => {
    lockedMsAgo(CALL_TIMEOUT_MS);
    let [pauses, pausesBefore] = [0, 0];
    const pause = (): Promise<void> => {
      pauses += 1;
      if (pauses === 5) rmSync(join(folder, '.name.lock'));
      return Promise.resolve();
    };
    const work = (): Promise<void> => {
      pausesBefore = pauses;
      return Promise.resolve();
    };
    await whileLocked(folder, 'name', work, { pause });
    expect(pausesBefore).toBe(5);
  });

  test('that another command keeps is waited for as long as that one may take, and no longer', async () => {
    lockedMsAgo(-3_600_000);
    let waitedMs = 0;
    const pause = (ms: number): Promise<void> => {
      waitedMs += ms;
      return Promise.resolve();
    };
    await expect(whileLocked(folder, 'name', () => Promise.resolve(), { pause })).rejects.toMatchObject({
      exitCode: 4,
    });
    expect(waitedMs).toBeGreaterThan(CALL_TIMEOUT_MS);
  });

  test('that another command took over is left to it', async () => {
    await whileLocked(folder, 'name', () => {
      rmSync(join(folder, '.name.lock'));
      writeFileSync(join(folder, '.name.lock'), 'of another');
      return Promise.resolve();
    });
    expect(readdirSync(folder)).toEqual(['.name.lock']);
  });
});
