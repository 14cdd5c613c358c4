import { once } from 'node:events';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
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
  await createMissing(endpoint, tables);
  return {
    endpoint,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const createMissing = async (endpoint: string, tables: readonly TableResource[]): Promise<void> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const { createTable } of tables) {
    if (!TableNames.includes(createTable.TableName ?? '')) await client.send(new CreateTableCommand(createTable));
  }
  client.destroy();
};
