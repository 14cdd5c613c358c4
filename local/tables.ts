import { once } from 'node:events';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { TableResource } from './template.ts';

export interface EmbeddedDynamoDb {
  /** Checks nothing itself: only the local AWS should be told of it. */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** The embedded DynamoDB on 127.0.0.1, kept in `folder`, with the template's tables made where they are missing. */
export const startDynamoDb = async (
  port: number,
  folder: string,
  tables: readonly TableResource[],
): Promise<EmbeddedDynamoDb> => {
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const endpoint = `http://127.0.0.1:${String(typeof address === 'object' && address ? address.port : port)}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    await createMissing(endpoint, tables);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, close };
};

const createMissing = async (endpoint: string, tables: readonly TableResource[]): Promise<void> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  try {
    for (const { createTable } of tables) {
      if (TableNames.includes(createTable.TableName ?? '')) await refuseOlder(client, createTable);
      else await client.send(new CreateTableCommand(createTable));
    }
  } finally {
    client.destroy();
  }
};

/** The embedded DynamoDB adds no index to a table that is there, and what looks in that index would fail later, and less plainly. */
const refuseOlder = async (client: DynamoDBClient, wanted: CreateTableCommandInput): Promise<void> => {
  const { TableName = '', GlobalSecondaryIndexes = [] } = wanted;
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const there = new Set(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName));
  const missing = GlobalSecondaryIndexes.find(({ IndexName }) => !there.has(IndexName));
  if (missing)
    throw new Error(
      `${TableName} was made by an earlier version and has no index ${missing.IndexName ?? ''}: npm start -- --fresh begins anew`,
    );
};
