import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../gateway/loopback.ts';
import { localAccounts } from './accounts.ts';
import type { Account } from './accounts.ts';
import { signIdToken } from './id-token.ts';
import type { IdTokenOptions } from './id-token.ts';
import { handleInteraction } from './interaction.ts';
import { generateOidcKeys } from './keys.ts';
import type { OidcKey } from './keys.ts';
import { createProvider } from './provider.ts';
import type { OidcClient } from './provider.ts';

export interface OidcOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly client: OidcClient;
  /** Default `localAccounts`. */
  readonly accounts?: readonly Account[];
  /** Of `idToken` and `GET /token`; sign-ins by browser always use the system's clock. */
  readonly clock?: () => Date;
  /** Default new ones. */
  readonly keys?: readonly OidcKey[];
  /** Default audience of a workload's token; a person's is the client. */
  readonly workloadAudience: string;
}

export interface LocalOidc {
  readonly issuer: string;
  /** A signed ID token of the account with this id. Throws a TypeError when there is none. */
  idToken(accountId: string, options?: Partial<IdTokenOptions>): Promise<string>;
  close(): Promise<void>;
}

/** Starts a certified OpenID provider on 127.0.0.1 whose accounts need no password. */
export const startOidc = async (options: OidcOptions): Promise<LocalOidc> => {
  const accounts = options.accounts ?? localAccounts;
  const keys = options.keys ?? (await generateOidcKeys());
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listenOnLoopback(server, options.port)}`;
  const provider = createProvider(issuer, options.client, accounts, keys);
  const idToken: LocalOidc['idToken'] = async (accountId, given = {}) => {
    const account = accounts.find(({ id }) => id === accountId);
    if (!account) throw new TypeError(`no account "${accountId}"`);
    const audience = account.kind === 'workload' ? options.workloadAudience : options.client.clientId;
    return signIdToken(account, issuer, keys, options.clock ?? (() => new Date()), { audience, ...given });
  };
  const callback = provider.callback();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    if (pathname.startsWith('/interaction/')) await handleInteraction(provider, accounts, request, response);
    else if (pathname === '/token' && request.method === 'GET') {
      await sendToken(issuer, accounts, idToken, searchParams, request, response);
    } else await callback(request, response);
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch(() => {
      refuse(response);
    });
  });
  return { issuer, idToken, close: () => closeServer(server) };
};

const refuse = (response: ServerResponse): void => {
  if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
  response.end('This sign-in is over or was begun in another browser. Start again where you came from.\n');
};

/**
 * `GET /token?account=<id>&audience=<aud>`: an ID token as plain text, for scripts. Only under the issuer's own host
 * name, so that a page whose name was rebound to 127.0.0.1 cannot read one; and no answer here allows other origins.
 */
const sendToken = async (
  issuer: string,
  accounts: readonly Account[],
  idToken: LocalOidc['idToken'],
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const account = query.get('account') ?? '';
  const audience = query.get('audience');
  const known = accounts.some(({ id }) => id === account);
  const sameHost = request.headers.host === new URL(issuer).host;
  const status = !sameHost ? 403 : known ? 200 : 404;
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  response.end(status === 200 ? await idToken(account, audience === null ? {} : { audience }) : undefined);
};
