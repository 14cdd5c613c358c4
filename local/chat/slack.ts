import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { closeServer, listenOnLoopback } from '../gateway/loopback.ts';
import { serveClient } from './client-page.ts';
import { type Failure, answerFailure } from './failure.ts';
import { bodyOf } from './read-body.ts';
import {
  type SlackMember,
  type SlackMessage,
  type SlackView,
  type SlackWorld,
  answerAlone,
  callSlack,
} from './slack-api.ts';
import {
  type Pressed,
  type SlackApp,
  type SlackReply,
  pressPayload,
  sendCommand,
  sendHomeOpened,
  sendPayload,
  submitPayload,
} from './slack-events.ts';
import { slackClientPage } from './slack-page.ts';

export interface LocalSlackOptions {
  readonly port: number;
  readonly app: SlackApp;
  readonly botToken: string;
  readonly channels: SlackWorld['channels'];
  readonly members: readonly SlackMember[];
  readonly clock?: () => Date;
  /** How long a window may be opened after somebody asked for it; as Slack has it, unless told. */
  readonly triggerMs?: number | undefined;
}

/** What a member does, as their client would; each is signed and sent to the broker, whose answer comes back. */
export interface SlackHands {
  openHome(user: string): Promise<SlackReply>;
  press(user: string, what: Pressed): Promise<SlackReply>;
  command(user: string, channel: string, text: string): Promise<SlackReply>;
  /** The window that is open; `values` by block. */
  submit(user: string, values: Readonly<Record<string, string>>): Promise<SlackReply>;
}

export interface LocalSlack extends SlackHands {
  /** Of the web API, and of `response_url`. */
  readonly endpoint: string;
  readonly origin: string;
  readonly messages: readonly SlackMessage[];
  readonly homes: ReadonlyMap<string, SlackView>;
  /** The methods that were called, in their order. */
  readonly calls: readonly string[];
  /** Every message and call, as if none had been. */
  forget(): void;
  /** The next call is answered so, and does nothing. */
  failNext(failure: Failure): void;
  close(): Promise<void>;
}

/** Slack, "Handling user interaction": a trigger is good for three seconds. */
const TRIGGER_MS = 3000;

/** Stands in for Slack: its web API, its `response_url`, whatever its clients send to us, and a page where one may press the buttons. */
export const startLocalSlack = async (options: LocalSlackOptions): Promise<LocalSlack> => {
  const { app, clock = () => new Date(), triggerMs = TRIGGER_MS } = options;
  const world: SlackWorld = {
    ...{ teamId: app.teamId, botToken: options.botToken, channels: options.channels, members: options.members },
    ...{ messages: [], views: new Map(), homes: new Map(), triggers: new Map() },
  };
  const calls: string[] = [];
  const failures: Failure[] = [];
  const replies = new Map<string, { readonly user: string; readonly channel: string }>();
  let origin = '';

  const answerApi = (method: string, request: IncomingMessage, body: string, response: ServerResponse): void => {
    calls.push(method);
    const failure = failures.shift();
    if (failure) {
      answerFailure(response, failure);
      return;
    }
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const form = Object.fromEntries(new URLSearchParams(body));
    const answer = callSlack(world, method, { token, form, nowMs: clock().getTime() });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };

  const begin = (user: string, channel: string) => {
    const member = world.members.find(({ id }) => id === user);
    if (!member) throw new TypeError(`nobody is called ${user} here`);
    const [trigger, reply] = [triggerId(), randomBytes(12).toString('hex')];
    world.triggers.set(trigger, { user, until: clock().getTime() + triggerMs });
    replies.set(reply, { user, channel });
    return { member, trigger, replyUrl: `${origin}/hooks/${reply}`, now: clock() };
  };

  const hands: SlackHands = {
    openHome: (user) => sendHomeOpened(app, begin(user, ''), `Ev${randomBytes(5).toString('hex').toUpperCase()}`),
    press: (user, what) => sendPayload(app, pressPayload(app, begin(user, what.message?.channel ?? ''), what), clock()),
    command: (user, channel, text) => sendCommand(app, begin(user, channel), { channel, text }),
    submit: async (user, values) => {
      const view = world.views.get(user);
      if (!view) throw new TypeError(`${user} has no window open`);
      const reply = await sendPayload(app, submitPayload(app, begin(user, ''), view, values), clock());
      if (reply.status === 200) world.views.delete(user);
      return reply;
    },
  };
  const page = slackClientPage({ world, hands });

  const server = createServer((request, response) => {
    void (async () => {
      const path = URL.parse(request.url ?? '', 'http://127.0.0.1')?.pathname ?? '';
      const body = await bodyOf(request);
      const [, method] = /^\/api\/([\w.]+)$/.exec(path) ?? [];
      const reply = replies.get(/^\/hooks\/([0-9a-f]+)$/.exec(path)?.[1] ?? '');
      if (method !== undefined) answerApi(method, request, body, response);
      else if (reply) {
        calls.push('response_url');
        answerAlone(world, reply.user, reply.channel, body, clock().getTime());
        response.writeHead(200).end('ok');
      } else await serveClient(page, { method: request.method ?? '', path, body, headers: request.headers }, response);
    })().catch((error: unknown) => {
      response.writeHead(500).end(error instanceof Error ? error.message : 'failed');
    });
  });
  origin = `http://127.0.0.1:${await listenOnLoopback(server, options.port)}`;
  return {
    ...hands,
    ...{ origin, endpoint: `${origin}/api`, messages: world.messages, homes: world.homes, calls },
    forget: () => {
      world.messages.splice(0);
      calls.splice(0);
    },
    failNext: (failure) => void failures.push(failure),
    close: () => closeServer(server),
  };
};

/** Three numbers, as Slack's are. */
const triggerId = (): string =>
  `${randomBytes(4).readUInt32BE()}.${randomBytes(4).readUInt32BE()}.${randomBytes(16).toString('hex')}`;
