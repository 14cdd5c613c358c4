import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { type EmbeddedDynamoDb, serveDynamoDb } from './embedded-dynamodb.ts';
import type { TableResource } from './template.ts';

/** The embedded DynamoDB on 127.0.0.1, kept in `folder`, with the template's tables made where they are missing. */
export const startDynamoDb = async (
  port: number,
  folder: string,
  tables: readonly TableResource[],
): Promise<EmbeddedDynamoDb> => {
  const database = await serveDynamoDb(port, folder);
  try {
    await createMissing(database.endpoint, tables);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
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
