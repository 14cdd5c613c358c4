import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { askInBrowser } from '../../cli/loopback.ts';

const SERVER = 'https://hatcheck.example.com';

interface Begun {
  readonly consent: ReturnType<typeof askInBrowser>;
  /** What only the person's browser is told. */
  readonly redirectUri: URL;
  readonly state: string;
}

const begin = async (timeoutMs = 20_000): Promise<Begun> => {
  let consent: Begun['consent'] | undefined;
  const shown = await new Promise<string>((resolve) => {
    consent = askInBrowser({ server: SERVER, fresh: false, timeoutMs, show: resolve });
  });
  if (!consent) throw new Error('not begun');
  const asked = new URL(shown).searchParams;
  return { consent, redirectUri: new URL(asked.get('redirect_uri') ?? ''), state: asked.get('state') ?? '' };
};

const comeBack = async ({ redirectUri, state }: Begun): Promise<number> => {
  const url = new URL(redirectUri);
  url.search = new URLSearchParams({ code: 'the-code', state, iss: SERVER }).toString();
  return (await fetch(url)).status;
};

/** Bytes as no browser's address bar would send them; what came back until the connection closed. */
const raw = async ({ redirectUri }: Begun, bytes: string): Promise<string> => {
  const socket = connect(Number(redirectUri.port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.end(bytes);
  // Hung up on, it has read what there was.
  return text(socket).catch(() => '');
};

const REST = 'Host: 127.0.0.1\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n';

describe('a hostile page on the same machine', () => {
  test.each([
    ['an address without a host', `GET // HTTP/1.1\r\n${REST}`],
    ['an address that is none', `GET http://[ HTTP/1.1\r\n${REST}`],
    ['a port that is none', `GET //x:99999999/ HTTP/1.1\r\n${REST}`],
    ['a broken escape', `GET /%zz?state=%zz HTTP/1.1\r\n${REST}`],
    ['an address of a megabyte', `GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\n${REST}`],
    ['an asterisk', `OPTIONS * HTTP/1.1\r\n${REST}`],
    ['a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\n${REST}`],
    ['an upgrade', `GET / HTTP/1.1\r\nUpgrade: websocket\r\nHost: x\r\nConnection: Upgrade\r\n\r\n`],
    ['two lengths', `POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n${REST}`],
    ['what is no HTTP', '\u0016\u0003\u0001\r\n\r\n'],
    ['nothing at all', ''],
  ])('does not end the log-in by %s, and learns nothing', async (_what, bytes) => {
    const begun = await begin();
    const answer = await raw(begun, bytes);
    expect(answer).not.toMatch(/^HTTP\/1\.1 [23]/);
    expect(answer.toLowerCase()).not.toContain('access-control');
    for (const secret of [begun.state, begun.redirectUri.pathname.slice(1)]) expect(answer).not.toContain(secret);
    await expect(comeBack(begun)).resolves.toBe(200);
    await expect(begun.consent).resolves.toMatchObject({ code: 'the-code' });
  });

  test.each<[string, (begun: Begun) => { readonly path?: string; readonly query?: object; readonly method?: string }]>([
    [
      'a code of its own and a guessed state',
      () => ({ query: { code: 'theirs', state: 'a'.repeat(43), iss: SERVER } }),
    ],
    ['an error in the server’s name', () => ({ query: { error: 'access_denied', iss: SERVER } })],
    ['the state at another path', ({ state }) => ({ path: '/', query: { code: 'theirs', state, iss: SERVER } })],
    ['a form that is posted', ({ state }) => ({ method: 'POST', query: { code: 'theirs', state, iss: SERVER } })],
    ['a question without a body', ({ state }) => ({ method: 'HEAD', query: { code: 'theirs', state, iss: SERVER } })],
  ])('does not get its own code redeemed by %s', async (_what, wish) => {
    const begun = await begin();
    const { path, query = {}, method = 'GET' } = wish(begun);
    const url = new URL(path ?? begun.redirectUri.pathname, begun.redirectUri);
    url.search = new URLSearchParams(Object.entries(query)).toString();
    expect((await fetch(url, { method })).status).toBe(404);
    await comeBack(begun);
    await expect(begun.consent).resolves.toMatchObject({ code: 'the-code' });
  });

  test('that keeps a hundred connections open does not keep the log-in from ending', async () => {
    const begun = await begin();
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect(Number(begun.redirectUri.port), '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write('GET / HTTP/1.1\r\n');
        return socket;
      }),
    );
    await comeBack(begun);
    await expect(begun.consent).resolves.toMatchObject({ code: 'the-code' });
    for (const socket of sockets) socket.destroy();
  });
});

test('without an answer it gives up in time', async () => {
  const { consent } = await begin(1);
  await expect(consent).rejects.toMatchObject({ exitCode: 3 });
});
