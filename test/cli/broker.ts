import { type IncomingMessage, type Server, createServer } from 'node:http';
import { once } from 'node:events';

/** What a test's broker says, and what it heard. */
export interface FakeBroker {
  readonly origin: string;
  readonly heard: readonly Heard[];
  /** Answers of one route, used in turn; the last one stays. */
  answer(route: string, ...answers: readonly FakeAnswer[]): void;
  close(): Promise<void>;
}

export interface Heard {
  readonly route: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly location?: string;
  /** By a clock that is not ours. */
  readonly date?: Date;
  readonly retryAfter?: number;
  /** It never comes. */
  readonly isNever?: boolean;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
};

export const startBroker = async (): Promise<FakeBroker> => {
  const heard: Heard[] = [];
  const answers = new Map<string, FakeAnswer[]>();
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const route = `${request.method ?? ''} ${request.url ?? ''}`;
      heard.push({ route, authorization: request.headers.authorization, body });
      const queue = answers.get(route) ?? [];
      const answer: FakeAnswer = (queue.length > 1 ? queue.shift() : queue[0]) ?? { status: 404 };
      if (answer.isNever) return;
      const { status, json = {}, location, date, retryAfter } = answer;
      response.writeHead(status, {
        ...(location === undefined ? {} : { location }),
        ...(date === undefined ? {} : { date: date.toUTCString() }),
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      });
      response.end(JSON.stringify(json));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    heard,
    answer: (route, ...list) => void answers.set(route, [...list]),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
