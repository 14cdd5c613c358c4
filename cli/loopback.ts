import { spawn } from 'node:child_process';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { Failure } from './failure.ts';

/** What the browser brought back, and what it is redeemed with. */
export interface Consent {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

export interface Asking {
  readonly server: string;
  /** Which identity provider, where there are several. */
  readonly provider?: string;
  /** To prove who it is anew, and fetch the groups anew. */
  readonly fresh: boolean;
  readonly timeoutMs: number;
  /** Told the address that the person must open. */
  readonly show: (url: string) => void;
}

const SECRET_BYTES = 32;

const secret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/**
 * Asks the person in their browser (RFC 8252): a listener on 127.0.0.1 alone, at a random port and path, that answers one request which
 * brings the right state, and closes.
 * @throws Failure 1 when the person or the server says no, 3 when nobody answers in time
 */
export const askInBrowser = async (asking: Asking): Promise<Consent> => {
  const { server, show } = asking;
  const [path, state, codeVerifier] = [`/${secret()}`, secret(), secret()];
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    const redirectUri = `http://127.0.0.1:${portOf(listener)}${path}`;
    show(authorizationUrl(asking, { redirectUri, state, codeVerifier }));
    const answer = await answered(listener, path, state, asking.timeoutMs);
    return { code: codeIn(answer, server), redirectUri, codeVerifier };
  } finally {
    listener.close();
    listener.closeAllConnections();
  }
};

const portOf = (listener: Server): number => {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Failure(2, 'no port is free on 127.0.0.1');
  return address.port;
};

const authorizationUrl = (
  { server, provider, fresh }: Asking,
  { redirectUri, state, codeVerifier }: { redirectUri: string; state: string; codeVerifier: string },
): string => {
  const url = new URL('/oauth/authorize', server);
  const parameters = {
    response_type: 'code',
    client_id: 'hatcheck-cli',
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(provider !== undefined && { provider }),
    ...(fresh && { prompt: 'login' }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
};

/** The query of the one request with our path and state. Any other is not found, and does not disturb (RFC 8252, 8.9). */
const answered = (listener: Server, path: string, state: string, timeoutMs: number): Promise<URLSearchParams> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Failure(3, 'nobody answered in the browser in time; run hatcheck login again'));
    }, timeoutMs);
    listener.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const query = queryOf(request, path);
      const isOurs = query !== undefined && isSame(query.get('state'), state);
      response.writeHead(isOurs ? 200 : 404, HEADERS);
      response.end(isOurs ? PAGE : '');
      if (!isOurs) return;
      // Also when the browser is gone before it has read the page.
      response.once('close', () => {
        clearTimeout(timer);
        resolve(query);
      });
    });
  });

/** NB. whatever listens on a loopback port is told anything: `//` is no address, and must not end the log-in. */
const queryOf = ({ method, url }: IncomingMessage, path: string): URLSearchParams | undefined => {
  const asked = URL.parse(url ?? '', 'http://127.0.0.1');
  return method === 'GET' && asked?.pathname === path ? asked.searchParams : undefined;
};

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  connection: 'close',
};

const PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Hatcheck</title><p>Back to the terminal: it goes on there. You may close this page.</p></html>';

const isSame = (given: string | null, expected: string): boolean => {
  const [a, b] = [given ?? '', expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
};

/** RFC 9207, 2.4: an answer of another server is none. */
const codeIn = (answer: URLSearchParams, server: string): string => {
  if (answer.get('iss') !== server) throw new Failure(1, 'the answer in the browser came from another server');
  const error = answer.get('error');
  if (error !== null) throw new Failure(1, `refused in the browser: ${error}`);
  const code = answer.get('code');
  if (code === null) throw new Failure(1, 'the browser brought no code');
  return code;
};

/** Whether there is a screen, and something that opens a browser on it. */
export const browserHere = (env: Readonly<Record<string, string | undefined>>): boolean => opener(env).length > 0;

/** Opens the person's browser where there is a screen; the address is printed in any case. */
export const openBrowser = (url: string, env: Readonly<Record<string, string | undefined>>): void => {
  const [command, ...args] = opener(env);
  if (command === undefined) return;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  // Whoever has no such program opens the printed address.
  child.on('error', () => undefined);
  child.unref();
};

/** Without a shell, so that nothing in the address is a command: `start` is the shell's own, `rundll32` is not. */
const opener = (env: Readonly<Record<string, string | undefined>>): readonly string[] => {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined ? ['xdg-open'] : [];
};
