import { Agent, type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';

/** What may become of one HTTP request on its way to AWS and back. */
export const BLOWS = ['throttled', 'refused', 'failed', 'resetBefore', 'resetAfter', 'silentAfter'] as const;
export type Blow = (typeof BLOWS)[number];
/** `late`: it is served after a while. `twice`: it arrives again, and the second answer is the one that is heard. */
export type Fate = Blow | 'late' | 'twice';

export interface Proxy<Asked> {
  readonly endpoint: string;
  /** Whom it strikes, until it is told otherwise. */
  strike(plan: (asked: Asked) => Fate | undefined): void;
  close(): Promise<void>;
}

export interface ProxyOptions<Asked> {
  /** `http://127.0.0.1:<port>` */
  readonly target: string;
  /** What is asked, from a request's headers and body. */
  readonly read: (headers: IncomingMessage['headers'], body: string) => Asked;
  /** How the service words the errors that it answers with. */
  readonly errors: Readonly<
    Record<'throttled' | 'refused' | 'failed', { readonly status: number; readonly body: string }>
  >;
}

/** Longer than a call takes, shorter than anybody's patience. */
const LATE_MS = 400;

/** Stands between the functions and AWS, honest until it is told to strike. */
export const startProxy = async <Asked>({ target, read, errors }: ProxyOptions<Asked>): Promise<Proxy<Asked>> => {
  const agent = new Agent({ keepAlive: true });
  let plan: (asked: Asked) => Fate | undefined = () => undefined;
  const silent = new Set<ServerResponse>();

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const blow = plan(read(incoming.headers, body.toString()));
    if (blow === 'throttled' || blow === 'refused' || blow === 'failed') {
      outgoing.writeHead(errors[blow].status).end(errors[blow].body);
      return;
    }
    if (blow === 'resetBefore') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (blow === 'late') await pause(LATE_MS);
    if (blow === 'twice') await forward(target, agent, incoming, body);
    const answer = await forward(target, agent, incoming, body);
    if (blow === 'resetAfter') incoming.socket.resetAndDestroy();
    else if (blow === 'silentAfter') silent.add(outgoing);
    else outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  const port = await listenOnLoopback(server, 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    strike: (next) => {
      plan = next;
    },
    close: async () => {
      for (const outgoing of silent) outgoing.destroy();
      agent.destroy();
      await closeServer(server);
    },
  };
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** As it came, with the Host that the signature is of. */
const forward = (
  target: string,
  agent: Agent,
  { method = 'POST', url, headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(url ?? '/', target), { method, headers, agent }, (answer) => {
      buffer(answer).then((bytes) => {
        resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes });
      }, reject);
    });
    outgoing.on('error', reject).end(body);
  });
