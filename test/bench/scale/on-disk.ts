import { once } from 'node:events';
import { promisify } from 'node:util';
import dynalite from 'dynalite';
import { type TestDynamoDb, emptyTables } from '../../support/dynamodb.ts';

/** The embedded DynamoDB with empty tables in `folder`: more of them than there is memory for. */
export const startOnDisk = async (folder: string): Promise<TestDynamoDb> => {
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  const database = await emptyTables(`http://127.0.0.1:${address.port}`);
  return {
    ...database,
    close: async () => {
      database.client.destroy();
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
};
