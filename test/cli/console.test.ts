import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { showTheWay } from '../../cli/console/way.ts';
import { type SignedIn, inMs, requestView, signedIn } from './signed-in.ts';
import { hatcheck } from './run.ts';

const ID = `r_${'A'.repeat(26)}`;
const CONSOLE = `POST /v1/requests/${ID}/console`;
const URL_OF_CONSOLE = 'https://signin.aws.amazon.com/federation?Action=login&SigninToken=very-secret';

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
  const list = 'GET /v1/requests?as=requester&status=approved&limit=200';
  at.broker.answer(list, { status: 200, json: { requests: [requestView(ID)] } });
  at.broker.answer(CONSOLE, { status: 200, json: { url: URL_OF_CONSOLE, expiresAt: inMs(900_000) } });
});
afterEach(async () => {
  await at.close();
});

describe('hatcheck console', () => {
  test('--print prints the address, and asks for the service and the region', async () => {
    const words = ['--service', 's3', '--region', 'eu-north-1', '--print'];
    expect(await at.run('console', 'prod-read', ...words)).toEqual({
      code: 0,
      stdout: `${URL_OF_CONSOLE}\n`,
      stderr: '',
    });
    const asked = at.broker.heard.find(({ route }) => route === CONSOLE);
    expect(JSON.parse(asked?.body ?? '')).toEqual({ destination: 's3', region: 'eu-north-1' });
  });

  test('opens the browser, whose arguments have no secret, and which gets there all the same', async () => {
    const [seen, got] = [join(at.folder, 'arguments'), join(at.folder, 'got')];
    // A browser: it opens the page, follows its refresh, and notes where that leads.
    const script = `#!${process.execPath}
      const { readFileSync, writeFileSync } = require('node:fs');
      writeFileSync(${JSON.stringify(seen)}, process.argv.slice(2).join(' '));
      const [, url] = /url=([^"]+)"/.exec(readFileSync(new URL(process.argv[2]), 'utf8'));
      fetch(url, { redirect: 'manual' }).then((r) => writeFileSync(${JSON.stringify(got)}, r.headers.get('location')));`;
    writeFileSync(join(at.folder, 'xdg-open'), script, { mode: 0o755 });
    const env = { ...at.env, DISPLAY: ':0', PATH: `${at.folder}:/usr/bin:/bin` };
    const { code, stdout, stderr } = await hatcheck(['console', 'prod-read'], env);
    expect([code, stderr]).toEqual([0, '']);
    // The browser goes on by itself; a test has its own time-out.
    while (!existsSync(got) || readFileSync(got, 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readFileSync(got, 'utf8')).toBe(URL_OF_CONSOLE);
    const shown = readFileSync(seen, 'utf8');
    expect(shown).toMatch(/^file:\/\/\/\S+$/);
    for (const text of [shown, stdout]) expect(text).not.toContain('very-secret');
    expect(existsSync(fileURLToPath(shown))).toBe(false);
  });

  test.each(['http://evil.example/', 'javascript:alert(1)', '', 'x'])(
    'an address that is none is not opened: %s',
    async (url) => {
      at.broker.answer(CONSOLE, { status: 200, json: { url, expiresAt: inMs(1) } });
      expect(await at.run('console', 'prod-read', '--print')).toMatchObject({ code: 4, stdout: '' });
    },
  );
});

describe('another person on this machine', () => {
  const watched = async (look: (page: string, to: string) => Promise<void>): Promise<boolean> => {
    let looked: Promise<void> | undefined;
    const open = (page: string): void => {
      const [, to = ''] = /url=([^"]+)"/.exec(readFileSync(new URL(page), 'utf8')) ?? [];
      looked = look(page, to);
    };
    const came = await showTheWay(URL_OF_CONSOLE, { open, patienceMs: 5000 });
    await looked;
    return came;
  };
  const follow = (url: string) => fetch(url, { redirect: 'manual' });

  test('may not read the page that shows the way', async () => {
    await watched(async (page, to) => {
      const file = fileURLToPath(page);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
      await follow(to);
    });
  });

  test('finds nothing at the port without the path, and nothing once it was used', async () => {
    const came = await watched(async (_page, to) => {
      expect((await follow(new URL('/', to).href)).status).toBe(404);
      expect((await follow(to)).headers.get('location')).toBe(URL_OF_CONSOLE);
      await expect(follow(to)).rejects.toThrow();
    });
    expect(came).toBe(true);
  });
});
