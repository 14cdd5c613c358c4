import { Agent, type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';

/** What may become of one HTTP request on its way to DynamoDB and back. */
export const BLOWS = ['throttled', 'refused', 'failed', 'resetBefore', 'resetAfter', 'silentAfter'] as const;
export type Blow = (typeof BLOWS)[number];

/** One request that DynamoDB is asked, each try of the SDK's by itself. */
export interface Asked {
  readonly operation: string;
  readonly table: string;
  /** Type of the event that a `PutItem` brings to the ledger. */
  readonly event: string | undefined;
  /** Of the event that it puts; the same in each try. */
  readonly eventId: string | undefined;
}

export interface DynamodbProxy {
  readonly endpoint: string;
  /** Whom it strikes, until it is told otherwise. */
  strike(plan: (asked: Asked) => Blow | undefined): void;
  close(): Promise<void>;
}

/** Stands between the functions and DynamoDB, honest until it is told to strike. */
export const startProxy = async (target: string): Promise<DynamodbProxy> => {
  const agent = new Agent({ keepAlive: true });
  let plan: (asked: Asked) => Blow | undefined = () => undefined;
  const silent = new Set<ServerResponse>();

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const blow = plan(askedOf(incoming, body));
    const error = blow === undefined ? undefined : ERRORS[blow];
    if (error) {
      outgoing.writeHead(error.status, { 'content-type': 'application/x-amz-json-1.0' }).end(error.body);
    } else if (blow === 'resetBefore') {
      incoming.socket.resetAndDestroy();
    } else {
      const answer = await forward(target, agent, incoming, body);
      if (blow === 'resetAfter') incoming.socket.resetAndDestroy();
      else if (blow === 'silentAfter') silent.add(outgoing);
      else outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    }
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

const errorBody = (name: string): string =>
  JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'as the test says' });

const ERRORS: Readonly<Partial<Record<Blow, { readonly status: number; readonly body: string }>>> = {
  throttled: { status: 400, body: errorBody('ProvisionedThroughputExceededException') },
  refused: { status: 400, body: errorBody('AccessDeniedException') },
  failed: { status: 500, body: errorBody('InternalServerError') },
};

const putSchema = z.object({
  TableName: z.string(),
  Item: z.optional(z.object({ canonical: z.optional(z.object({ S: z.string() })) })),
});
const eventSchema = z.object({ type: z.string(), eventId: z.string() });

const askedOf = ({ headers }: IncomingMessage, body: Buffer): Asked => {
  const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
  const { data } = putSchema.safeParse(JSON.parse(body.toString()));
  const canonical = data?.Item?.canonical?.S;
  const event = canonical === undefined ? undefined : eventSchema.parse(JSON.parse(canonical));
  return { operation, table: data?.TableName ?? '', event: event?.type, eventId: event?.eventId };
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
