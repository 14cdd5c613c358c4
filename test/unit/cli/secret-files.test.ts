import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Keyring } from '../../../cli/keyring.ts';
import { privateFiles } from '../../../cli/private-files.ts';
import { newKey, seal, unseal } from '../../../cli/sealing.ts';
import { secretFiles } from '../../../cli/secret-files.ts';

interface FakeKeyring extends Keyring {
  secret: string | undefined;
  refuses: boolean;
}

const fakeKeyring = (): FakeKeyring => {
  const ring: FakeKeyring = {
    secret: undefined,
    refuses: false,
    read: () => (ring.refuses ? Promise.reject(new Error('locked')) : Promise.resolve(ring.secret)),
    write: (secret) => {
      if (ring.refuses) return Promise.reject(new Error('locked'));
      ring.secret = secret;
      return Promise.resolve();
    },
    remove: () => {
      if (ring.refuses) return Promise.reject(new Error('locked'));
      ring.secret = undefined;
      return Promise.resolve();
    },
  };
  return ring;
};

let folder: string;
let ring: FakeKeyring;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-secret-'));
  ring = fakeKeyring();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** As a command begins: with nothing in its memory. */
const files = () => secretFiles(privateFiles(folder), () => ring);
const filesAlone = () => secretFiles(privateFiles(folder), () => undefined);
const content = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');

describe('with a keyring', () => {
  test('what is written is sealed, and read again by the next command', async () => {
    const value = { accessToken: 'very secret' };
    const writing = files();
    await writing.write('sign-in.x', value);
    expect(writing.unsealedBecause()).toBeUndefined();
    expect(content('sign-in.x')).not.toContain('very secret');
    expect(content('sign-in.x')).not.toContain(ring.secret ?? '?');
    expect(statSync(join(folder, 'sign-in.x.json')).mode & 0o777).toBe(0o600);
    await expect(files().read('sign-in.x')).resolves.toEqual(value);
  });

  test('of four that write first, all use one key', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => files().write(name, name)));
    await expect(Promise.all(names.map((name) => files().read(name)))).resolves.toEqual(names);
  });

  test('what was kept before there was one is read', async () => {
    await filesAlone().write('sign-in.x', { of: 'before' });
    await expect(files().read('sign-in.x')).resolves.toEqual({ of: 'before' });
  });

  test('that has lost the key, there is nothing', async () => {
    await files().write('sign-in.x', 1);
    ring.secret = undefined;
    await expect(files().read('sign-in.x')).resolves.toBeUndefined();
    ring.secret = newKey();
    await expect(files().read('sign-in.x')).resolves.toBeUndefined();
  });

  test('the key is taken out when it is forgotten, and what it sealed is lost', async () => {
    await files().write('sign-in.x', 1);
    await files().forgetKey();
    expect(ring.secret).toBeUndefined();
    await expect(files().read('sign-in.x')).resolves.toBeUndefined();
  });
});

describe('without one', () => {
  test('the file is all there is, and why is told', async () => {
    const writing = filesAlone();
    await writing.write('sign-in.x', { accessToken: 'x' });
    expect(writing.unsealedBecause()).toContain('no keyring');
    expect(statSync(join(folder, 'sign-in.x.json')).mode & 0o777).toBe(0o600);
    await expect(filesAlone().read('sign-in.x')).resolves.toEqual({ accessToken: 'x' });
  });

  test('that refuses from the first, the same', async () => {
    ring.refuses = true;
    const writing = files();
    await writing.write('sign-in.x', 1);
    expect(writing.unsealedBecause()).toContain('locked');
    await expect(files().read('sign-in.x')).resolves.toBe(1);
    await expect(files().forgetKey()).resolves.toBeUndefined();
  });

  test('that refuses what it sealed, it is a failure of this machine, with what to do', async () => {
    await files().write('sign-in.x', 1);
    ring.refuses = true;
    await expect(files().read('sign-in.x')).rejects.toMatchObject({ exitCode: 7, code: 'keyring_refused' });
  });

  test('no lock and no draft is left', async () => {
    ring.refuses = true;
    await files().write('x', 1);
    expect(readdirSync(folder)).toEqual(['x.json']);
  });
});

describe('what is sealed', () => {
  const [key, name] = [newKey(), 'sign-in.x'];

  test('comes out as it went in, and looks different each time', () => {
    const sealed = [seal(key, name, { a: 1 }), seal(key, name, { a: 1 })];
    expect(sealed.map((each) => unseal(key, name, each))).toEqual([{ a: 1 }, { a: 1 }]);
    expect(sealed[0]).not.toEqual(sealed[1]);
  });

  test('is nothing under another key, under another name, or with a byte changed', () => {
    const { sealed } = seal(key, name, { a: 1 });
    expect(unseal(newKey(), name, { sealed })).toBeUndefined();
    expect(unseal(key, 'sign-in.y', { sealed })).toBeUndefined();
    for (let at = 0; at < sealed.length - 1; at += 1) {
      const other = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
      expect(unseal(key, name, { sealed: other })).toBeUndefined();
    }
    for (const odd of ['', 'AA', 'not base64!', {}]) expect(unseal(key, name, { sealed: odd })).toBeUndefined();
  });
});
