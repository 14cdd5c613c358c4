import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { gatewayAnswer, toAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { parseTarget, toEvent } from './event.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';
import { createRouter } from './routes.ts';
import type { Route, RouteMatch, Router } from './routes.ts';

export interface Gateway {
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  readonly origin: string;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/** One call as the access log shows it; the query string stays out, for it may carry codes and assertions. */
export interface AccessLogEntry {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** `-` where no route was reached. */
  readonly routeKey: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly routes: readonly Route[];
  /** Resolves with what the function returned; a rejection is answered 500. */
  readonly invoke: (functionId: string, event: APIGatewayProxyEventV2) => Promise<unknown>;
  readonly clock?: () => Date;
  readonly requestIds?: () => string;
  readonly accessLog?: (entry: AccessLogEntry) => void;
  /** Default 30,000, the most an HTTP API waits. */
  readonly integrationTimeoutMs?: number;
}

/** Quotas of an HTTP API: request line and header values, and payload ("Quotas for HTTP APIs"). */
const HEAD_BYTES = 10_240;
const PAYLOAD_BYTES = 10 * 1024 * 1024;
/** Lambda's own limit for a synchronous event, which comes before the gateway's for a base64 body. */
const EVENT_BYTES = 6 * 1024 * 1024;

/** Serves the routes on 127.0.0.1 as an API Gateway HTTP API does, each call a payload format 2.0 event. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const settings = {
    router: createRouter(options.routes),
    invoke: options.invoke,
    clock: options.clock ?? (() => new Date()),
    requestIds: options.requestIds ?? (() => randomBytes(11).toString('base64')),
    accessLog: options.accessLog ?? (() => undefined),
    integrationTimeoutMs: options.integrationTimeoutMs ?? 30_000,
  };
  const server = createServer((request, response) => void serve(request, response, settings));
  server.on('clientError', refuseConnection);
  const port = await listenOnLoopback(server, options.port);
  return { origin: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
};

interface Settings {
  readonly router: Router;
  readonly invoke: GatewayOptions['invoke'];
  readonly clock: () => Date;
  readonly requestIds: () => string;
  readonly accessLog: (entry: AccessLogEntry) => void;
  readonly integrationTimeoutMs: number;
}

const serve = async (request: IncomingMessage, response: ServerResponse, settings: Settings): Promise<void> => {
  const requestId = settings.requestIds();
  const startedMs = performance.now();
  const { answer, match } = await answerTo(request, requestId, settings);
  write(response, request.method, requestId, answer);
  settings.accessLog({
    requestId,
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    routeKey: match?.routeKey ?? '-',
    status: answer.status,
    durationMs: Math.round(performance.now() - startedMs),
  });
};

interface Outcome {
  readonly answer: Answer;
  readonly match?: RouteMatch;
}

const answerTo = async (request: IncomingMessage, requestId: string, settings: Settings): Promise<Outcome> => {
  if (headSize(request) > HEAD_BYTES) return { answer: gatewayAnswer(431) };
  const target = parseTarget(request.url ?? '');
  if (!target) return { answer: gatewayAnswer(400) };
  const match = settings.router(request.method ?? '', target.path);
  if (!match) return { answer: gatewayAnswer(404) };
  const body = await readBody(request);
  if (body === 'too_large') return { answer: gatewayAnswer(413), match };
  if (body === 'aborted') return { answer: gatewayAnswer(400), match };
  const event = toEvent(request, body, match, { clock: settings.clock, requestId });
  if (eventSize(event, body) > EVENT_BYTES) return { answer: gatewayAnswer(413), match };
  return { answer: await integrate(match.functionId, event, settings), match };
};

const headSize = (request: IncomingMessage): number =>
  request.rawHeaders.reduce(
    (sum, text) => sum + Buffer.byteLength(text, 'latin1'),
    Buffer.byteLength(`${request.method ?? ''} ${request.url ?? ''} HTTP/${request.httpVersion}`, 'latin1'),
  );

/** A body of up to a sixth cannot reach the limit however it is escaped; the rest is measured. */
const eventSize = (event: APIGatewayProxyEventV2, body: Buffer): number =>
  body.length * 6 < EVENT_BYTES / 2 ? 0 : Buffer.byteLength(JSON.stringify(event));

const readBody = async (request: IncomingMessage): Promise<Buffer | 'too_large' | 'aborted'> => {
  if (Number(request.headers['content-length'] ?? 0) > PAYLOAD_BYTES) return 'too_large';
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Not destroyed on return: the refusal still has to leave on this connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > PAYLOAD_BYTES) return 'too_large';
      chunks.push(chunk);
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks);
};

const integrate = async (functionId: string, event: APIGatewayProxyEventV2, settings: Settings): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      resolve(gatewayAnswer(503));
    }, settings.integrationTimeoutMs);
  });
  const answer = async () => toAnswer(await settings.invoke(functionId, event));
  try {
    return await Promise.race([answer().catch(() => gatewayAnswer(500)), tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

const write = (response: ServerResponse, method: string | undefined, requestId: string, answer: Answer): void => {
  const bodiless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(!bodiless && { 'content-length': answer.body.length }),
    'apigw-requestid': requestId,
  });
  response.end(method === 'HEAD' || bodiless ? undefined : answer.body);
};

/** What the HTTP parser itself refused never becomes a request: answer on the bare connection. */
const refuseConnection = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, body } = gatewayAnswer(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body.toString()}`);
};
