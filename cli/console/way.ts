import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../failure.ts';
import { unfinishedFile } from '../interrupts.ts';

export interface Showing {
  /** Opens a page in the browser, whose address others on this machine see. */
  readonly open: (page: string) => void;
  readonly patienceMs: number;
}

/**
 * Leads the browser to an address that nobody else may see. It is opened with a page in a file of 0600, which sends it on to a listener of ours by a path that nobody
 * else knows, which sends it on once.
 * @returns whether it came
 */
export const showTheWay = async (secretUrl: string, { open, patienceMs }: Showing): Promise<boolean> => {
  const path = `/${randomBytes(32).toString('base64url')}`;
  const listener = createServer();
  const came = new Promise<boolean>((resolve) => {
    listener.on('request', ({ method, url }, response) => {
      const isOurs = method === 'GET' && url === path;
      response.writeHead(isOurs ? 303 : 404, { ...HEADERS, ...(isOurs && { location: secretUrl }) }).end();
      if (isOurs) {
        listener.close();
        response.once('close', () => {
          resolve(true);
        });
      }
    });
    setTimeout(() => {
      resolve(false);
    }, patienceMs).unref();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Failure(7, 'no port is free on 127.0.0.1');
  try {
    return await withPage(`http://127.0.0.1:${address.port}${path}`, async (page) => {
      open(page);
      return came;
    });
  } finally {
    listener.close();
    listener.closeAllConnections();
  }
};

const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', connection: 'close' };

const withPage = async <T>(leadsTo: string, use: (page: string) => Promise<T>): Promise<T> => {
  // 0700, as mkdtemp makes it.
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-'));
  const file = join(folder, 'console.html');
  const finished = unfinishedFile(file);
  try {
    await writeFile(file, pageTo(leadsTo), { mode: 0o600, flag: 'wx' });
    return await use(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
    finished();
  }
};

const pageTo = (leadsTo: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Hatcheck</title><meta http-equiv="refresh" content="0;url=${leadsTo}">`;
