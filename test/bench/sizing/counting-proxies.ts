import { Agent, type IncomingMessage, createServer, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { closeServer, listenOnLoopback } from '../../../local/gateway/loopback.ts';
import { type IndexKeys, type Item, storedBytes, writeUnits } from './item-size.ts';
import type { Counter } from './counter.ts';

export interface CountingProxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

interface Passed {
  readonly headers: IncomingMessage['headers'];
  readonly method: string;
  readonly body: Buffer;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Watch {
  /** What is sent on in its place. */
  readonly alter: (passed: Passed) => Buffer;
  readonly heard: (passed: Passed, answered: Answered) => void;
}

const startProxy = async (target: string, { alter, heard }: Watch): Promise<CountingProxy> => {
  const agent = new Agent({ keepAlive: true });
  const send = ({ method = 'POST', url, headers }: IncomingMessage, body: Buffer): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const length = body.length === 0 ? {} : { 'content-length': String(body.length) };
      const options = { method, headers: { ...headers, ...length }, agent };
      const outgoing = httpRequest(new URL(url ?? '/', target), options, (answer) => {
        buffer(answer).then((bytes) => {
          resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes });
        }, reject);
      });
      outgoing.on('error', reject).end(body);
    });
  const server = createServer((incoming, outgoing) => {
    const pass = async (): Promise<void> => {
      const passed = { headers: incoming.headers, method: incoming.method ?? '', body: await buffer(incoming) };
      const answered = await send(incoming, alter(passed));
      heard(passed, answered);
      outgoing.writeHead(answered.status, answered.headers).end(answered.body);
    };
    pass().catch(() => incoming.socket.destroy());
  });
  const port = await listenOnLoopback(server, 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
};

const operationOf = ({ headers }: Passed): string => String(headers['x-amz-target']).split('.')[1] ?? '';

const itemSchema = z.record(z.string(), z.unknown());
const askedSchema = z.looseObject({ TableName: z.optional(z.string()), Item: z.optional(itemSchema) });
const oneSchema = z.object({ CapacityUnits: z.number() });
const answerSchema = z.object({
  Attributes: z.optional(itemSchema),
  ConsumedCapacity: z.optional(z.union([oneSchema, z.array(oneSchema)])),
});

const READS: ReadonlySet<string> = new Set(['GetItem', 'Query', 'BatchGetItem', 'Scan']);
const WRITES: ReadonlySet<string> = new Set(['PutItem', 'DeleteItem']);

/** What the tables are asked: read units as the embedded DynamoDB counts them, write units by `writeUnits`, since it counts none of its indexes. */
export const countTables = (
  target: string,
  indexesOf: (table: string) => readonly IndexKeys[],
  { add }: Counter,
): Promise<CountingProxy> =>
  startProxy(target, {
    alter: (passed) => {
      const operation = operationOf(passed);
      if (!READS.has(operation) && !WRITES.has(operation)) return passed.body;
      const more = WRITES.has(operation) ? { ReturnValues: 'ALL_OLD' } : { ReturnConsumedCapacity: 'TOTAL' };
      return Buffer.from(JSON.stringify({ ...askedSchema.parse(JSON.parse(passed.body.toString())), ...more }));
    },
    heard: (passed, { status, body }) => {
      const operation = operationOf(passed);
      if (!READS.has(operation) && !WRITES.has(operation)) return;
      add('awsCalls');
      const { TableName = '', Item: after } = askedSchema.parse(JSON.parse(passed.body.toString()));
      // A put whose condition does not hold is billed all the same, as what would have been written.
      const answer = status === 200 ? answerSchema.parse(JSON.parse(body.toString())) : {};
      if (READS.has(operation)) {
        const units = Math.max(LEAST_UNITS, unitsOf(answer.ConsumedCapacity));
        add('readUnits', units);
        if (isOfControl(passed)) add('controlUnits', units);
      } else {
        const before = answer.Attributes;
        const isDone = status === 200;
        const indexes = isDone ? indexesOf(TableName) : [];
        add('writeUnits', writeUnits(before, after, indexes));
        const byMonth = indexes.filter(({ hash }) => hash === 'monthShard');
        add('monthUnits', writeUnits(before, after, byMonth) - writeUnits(before, after, []));
        if (isDone) add('keptBytes', kept(after, indexesOf(TableName)) - kept(before, indexesOf(TableName)));
      }
    },
  });

/** Of a read that finds nothing; the embedded DynamoDB says 0. */
const LEAST_UNITS = 0.5;

/** The one stream that nearly everybody reads. */
const isOfControl = ({ body }: Passed): boolean => body.includes('"S":"control');

/** What expires is gone before the month is. */
const kept = (item: Item | undefined, indexes: readonly IndexKeys[]): number =>
  item?.['expiresAt'] === undefined ? storedBytes(item, indexes) : 0;

const unitsOf = (consumed: z.infer<typeof answerSchema>['ConsumedCapacity']): number =>
  [consumed ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);

const entriesSchema = z.object({ Entries: z.array(z.unknown()) });
const signSchema = z.object({ SigningAlgorithm: z.string() });

/** What all else of AWS is asked; DynamoDB passes here too and is counted behind its privileges. */
export const countOthers = (target: string, { add }: Counter): Promise<CountingProxy> =>
  startProxy(target, {
    alter: ({ body }) => body,
    heard: (passed) => {
      const operation = operationOf(passed);
      const asked = String(passed.headers['x-amz-target']);
      if (asked.startsWith('DynamoDB')) return;
      add('awsCalls');
      const json = (): unknown => JSON.parse(passed.body.toString());
      if (operation === 'SendMessage') add('sqsMessages');
      else if (operation === 'PutEvents') add('busEvents', entriesSchema.parse(json()).Entries.length);
      else if (operation === 'Sign') add(isRsa(json()) ? 'kmsSignsRsa' : 'kmsSignsEcc');
      else if (passed.method === 'PUT') {
        add('s3Puts');
        add('s3Bytes', passed.body.length);
      } else if (passed.body.includes('Action=AssumeRole')) add('stsCalls');
      else if (passed.body.includes('FromEmailAddress')) add('mails');
    },
  });

const isRsa = (body: unknown): boolean => signSchema.parse(body).SigningAlgorithm.startsWith('RSA');
