import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { BOT_ISSUER, TEAMS_CHANNEL } from '../../lib/chatops/teams/bot-keys.ts';
import { closeServer, listenOnLoopback } from '../gateway/loopback.ts';
import { serveClient } from './client-page.ts';
import { type Failure, answerFailure } from './failure.ts';
import { bodyOf } from './read-body.ts';
import {
  type BotFramework,
  type Pressed,
  type TeamsReply,
  messageActivity,
  pressActivity,
  replacementIn,
  sendActivity,
} from './teams-activities.ts';
import { callConnector, grantToken } from './teams-api.ts';
import { teamsClientPage } from './teams-page.ts';
import type { TeamsMessage, TeamsWorld } from './teams-world.ts';

export interface LocalTeamsOptions extends Pick<
  TeamsWorld,
  'tenantId' | 'appId' | 'appPassword' | 'channels' | 'members'
> {
  readonly port: number;
  /** The broker's. */
  readonly requestOrigin: () => string;
  readonly clock?: () => Date;
}

/** What a member does, as their client would; each is signed and sent to the broker, whose answer comes back. */
export interface TeamsHands {
  readonly press: (user: string, what: Pressed) => Promise<TeamsReply>;
  /** In a channel, or to the bot alone. */
  readonly say: (user: string, channel: string | undefined, text: string) => Promise<TeamsReply>;
}

export interface LocalTeams extends TeamsHands {
  /** Of the page, and of all that stands in for Microsoft. */
  readonly origin: string;
  readonly messages: readonly TeamsMessage[];
  /** What the connector was asked for, in its order: `POST activities`. */
  readonly calls: readonly string[];
  /** How often the keys were asked for, and what to speak with. */
  readonly others: readonly string[];
  /** Every message and call, as if none had been. */
  readonly forget: () => void;
  /** No token that was given out is good any more. */
  readonly endTokens: () => void;
  /** The next call of the connector is answered so, and does nothing. */
  readonly failNext: (failure: Failure) => void;
  readonly close: () => Promise<void>;
}

/** Stands in for Microsoft: the Bot Framework's keys, Entra's tokens, Teams' connector and clients, and a page where one may press the buttons. */
export const startLocalTeams = async (options: LocalTeamsOptions): Promise<LocalTeams> => {
  const { clock = () => new Date(), requestOrigin, port, ...known } = options;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomBytes(16).toString('base64url');
  const world: TeamsWorld = { ...known, messages: [], replaced: new Map(), tokens: new Set() };
  const [calls, others]: [string[], string[]] = [[], []];
  const failures: Failure[] = [];
  let origin = '';
  const microsoft: BotFramework = { key: privateKey, kid, requestOrigin, serviceUrl: () => `${origin}/teams/` };

  const doing = (user: string) => {
    const member = world.members.find(({ id }) => id === user);
    if (!member) throw new TypeError(`nobody is called ${user} here`);
    return { world, microsoft, member, now: clock() };
  };
  const hands: TeamsHands = {
    press: async (user, what) => {
      const reply = await sendActivity(doing(user), pressActivity(doing(user), what));
      const card = replacementIn(reply);
      if (card) world.replaced.set(`${user} ${what.message}`, card);
      return reply;
    },
    say: (user, channel, text) => sendActivity(doing(user), messageActivity(doing(user), channel, text)),
  };

  const documents: Readonly<Record<string, () => object>> = {
    '/v1/.well-known/openidconfiguration': () => ({ issuer: BOT_ISSUER, jwks_uri: `${origin}/v1/.well-known/keys` }),
    '/v1/.well-known/keys': () => ({
      keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', kid, x5t: kid, endorsements: [TEAMS_CHANNEL] }],
    }),
  };

  const answerConnector = (path: string, request: IncomingMessage, body: string, response: ServerResponse): void => {
    const parts = path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    calls.push(`${request.method ?? ''} ${parts[1] ?? 'conversations'}`);
    const failure = failures.shift();
    if (failure) {
      answerFailure(response, failure);
      return;
    }
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const called = { method: request.method ?? '', path: parts, body, nowMs: clock().getTime() };
    json(response, callConnector(world, token, called));
  };

  const page = teamsClientPage({ world, hands });
  const server = createServer((request, response) => {
    void (async () => {
      const path = URL.parse(request.url ?? '', 'http://127.0.0.1')?.pathname ?? '';
      const body = await bodyOf(request);
      const document = Object.hasOwn(documents, path) ? documents[path] : undefined;
      const [, tenantId] = /^\/([0-9a-f-]{36})\/oauth2\/v2\.0\/token$/.exec(path) ?? [];
      const [, below] = /^\/teams\/v3\/conversations(\/.*)?$/.exec(path) ?? [];
      if (document) {
        others.push('keys');
        json(response, { status: 200, json: document() });
      } else if (tenantId !== undefined) {
        others.push('token');
        json(response, grantToken(world, tenantId, new URLSearchParams(body)));
      } else if (path.startsWith('/teams/v3/conversations')) answerConnector(below ?? '', request, body, response);
      else await serveClient(page, { method: request.method ?? '', path, body, headers: request.headers }, response);
    })().catch((error: unknown) => {
      response.writeHead(500).end(error instanceof Error ? error.message : 'failed');
    });
  });
  origin = `http://127.0.0.1:${await listenOnLoopback(server, port)}`;
  return {
    ...hands,
    ...{ origin, messages: world.messages, calls, others },
    forget: () => {
      world.messages.splice(0);
      calls.splice(0);
      others.splice(0);
    },
    endTokens: () => {
      world.tokens.clear();
    },
    failNext: (failure) => void failures.push(failure),
    close: () => closeServer(server),
  };
};

const json = (response: ServerResponse, { status, json: content }: { status: number; json: object }): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
};
