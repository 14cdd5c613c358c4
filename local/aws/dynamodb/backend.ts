import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsFault } from '../fault.ts';
import { member, objects } from './json.ts';

/** The partition keys of a table: its own under '', those of its indexes under their names. */
export type PartitionKeys = ReadonlyMap<string, string>;

/** The tables behind the authorisation. */
export interface Backend {
  /** Sends a request on and returns the answer as it comes. Rejects with an AwsFault when nobody is there. */
  readonly send: (operation: string, region: string, body: string | Buffer) => Promise<IncomingMessage>;
  /** Empty for a table that does not exist. Remembered until `forget`. */
  readonly partitionKeys: (table: string, region: string) => Promise<PartitionKeys>;
  readonly forget: (table: string) => void;
  readonly close: () => void;
}

/** Speaks to a DynamoDB that wants a signature of the right form and does not check it. */
export function connectBackend(endpoint: string): Backend {
  const agent = new Agent({ keepAlive: true });
  const url = new URL(endpoint);
  const known = new Map<string, PartitionKeys>();
  const send = (operation: string, region: string, body: string | Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = headersFor(operation, region, Buffer.byteLength(body));
      const outgoing = httpRequest(url, { method: 'POST', agent, headers }, resolve);
      outgoing.once('error', (cause) => {
        reject(new AwsFault(500, 'InternalServerError', 'The tables do not answer', cause.message));
      });
      outgoing.end(body);
    });
  const describe = async (table: string, region: string): Promise<PartitionKeys> => {
    const answer = await send('DescribeTable', region, JSON.stringify({ TableName: table }));
    const description: unknown = JSON.parse(await text(answer));
    return answer.statusCode === 200 ? readPartitionKeys(member(description, 'Table')) : new Map();
  };
  return {
    send,
    partitionKeys: async (table, region) => {
      const keys = known.get(table) ?? (await describe(table, region));
      if (keys.size > 0) known.set(table, keys);
      return keys;
    },
    forget: (table) => void known.delete(table),
    close: () => {
      agent.destroy();
    },
  };
}

/** None of the caller's credentials: a fixed signature that says whose turn it is to check. */
function headersFor(operation: string, region: string, contentLength: number): Record<string, string | number> {
  const scope = `20260101/${region}/dynamodb/aws4_request`;
  return {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': contentLength,
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=authorised/${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  };
}

function readPartitionKeys(table: unknown): PartitionKeys {
  const indexes = [
    ...objects(member(table, 'GlobalSecondaryIndexes')),
    ...objects(member(table, 'LocalSecondaryIndexes')),
  ];
  const named = [['', table] as const, ...indexes.map((index) => [String(index['IndexName']), index] as const)];
  const keys = new Map<string, string>();
  for (const [name, described] of named) {
    const hash = objects(member(described, 'KeySchema')).find((element) => element['KeyType'] === 'HASH');
    if (typeof hash?.['AttributeName'] === 'string') keys.set(name, hash['AttributeName']);
  }
  return keys;
}
