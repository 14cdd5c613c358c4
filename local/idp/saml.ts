import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../gateway/loopback.ts';
import { type Account, localAccounts } from './accounts.ts';
import type { KnownServiceProvider } from './authn-request.ts';
import { sendPage } from './page.ts';
import { idpMetadata } from './saml-metadata.ts';
import type { SamlKey } from './saml-response.ts';
import { type SsoParts, sendAssertion, serveSso } from './saml-sso.ts';
import { samlSessions } from './saml-sessions.ts';

export interface SamlOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** What it calls itself, though it listens on 127.0.0.1 alone: another name is another site. Default `127.0.0.1`. */
  readonly host?: '127.0.0.1' | 'localhost';
  /** The one service provider that it answers. */
  readonly serviceProvider: Omit<KnownServiceProvider, 'ssoUrl'>;
  readonly key: SamlKey;
  /** Default `localAccounts`. */
  readonly accounts?: readonly Account[];
  /** Default the system's. */
  readonly clock?: () => Date;
}

export interface LocalSaml {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** What `/metadata` says. */
  readonly metadata: string;
  close(): Promise<void>;
}

/** Starts a SAML 2.0 identity provider on 127.0.0.1 whose accounts need no password: HTTP-Redirect in, HTTP-POST out. */
export const startSaml = async (options: SamlOptions): Promise<LocalSaml> => {
  const server = createServer();
  const port = await listenOnLoopback(server, options.port);
  const base = `http://${options.host ?? '127.0.0.1'}:${port}`;
  const [entityId, ssoUrl] = [`${base}/metadata`, `${base}/sso`];
  const metadata = idpMetadata(
    entityId,
    ssoUrl,
    [options.key],
    options.serviceProvider.signingCertificate !== undefined,
  );
  const parts: SsoParts = {
    issuer: entityId,
    serviceProvider: { ...options.serviceProvider, ssoUrl },
    key: options.key,
    accounts: (options.accounts ?? localAccounts).filter(({ kind }) => kind === 'person'),
    clock: options.clock ?? (() => new Date()),
    sessions: samlSessions(),
    pending: new Map(),
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(parts, metadata, request, response).catch(() => {
      response.destroy();
    });
  });
  return { entityId, ssoUrl, metadata, close: () => closeServer(server) };
};

const serve = async (
  parts: SsoParts,
  metadata: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', parts.issuer);
  const route = `${request.method ?? ''} ${pathname}`;
  if (route === 'GET /metadata') {
    response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' });
    response.end(metadata);
  } else if (pathname === '/sso') await serveSso(parts, searchParams, request, response);
  else if (route === 'GET /assertion') sendAssertion(parts, searchParams.get('account') ?? '', request, response);
  else if (route === 'GET /logout') {
    const page = { title: 'Signed out – local-saml', main: '<h1>Signed out of local-saml</h1>' };
    sendPage(response, page, { 'set-cookie': parts.sessions.end(request) });
  } else response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
};
