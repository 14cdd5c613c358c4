import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody else's web server on this machine. */
export interface ForeignSite {
  /** Under the machine's other name: another site, to which no Lax cookie goes with a post. */
  readonly crossSite: string;
  /** Under the same name: another origin of the same site, from which every cookie goes. */
  readonly sameSite: string;
  /** Has it serve this page at that path. */
  put(path: string, html: string): void;
  close(): void;
}

export const startForeignSite = async (): Promise<ForeignSite> => {
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(pages.get(request.url ?? '') ?? '<!doctype html><title>Nothing</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    crossSite: `http://localhost:${port}`,
    sameSite: `http://127.0.0.1:${port}`,
    put: (path, html) => pages.set(path, html),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
