import { waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import store from 'dynalite/db/index.js';
import { certain } from '../../../lib/domain/invariant.ts';
import { serveDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { type TestDynamoDb, clientOf, emptyTables } from '../../support/dynamodb.ts';
import type { Item, Write } from './fill.ts';

/**
 * Makes the tables in `folder`, and writes into what the embedded DynamoDB keeps them in, by its own keys and indexes: over HTTP a million
 * requests would take hours.
 */
export const fillOnDisk = async <T>(folder: string, work: (write: Write) => Promise<T>): Promise<T> => {
  const server = await serveDynamoDb(0, folder);
  const { client, tables } = await emptyTables(server.endpoint);
  // What is still being made when the server closes is never there.
  for (const TableName of Object.values(tables)) await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
  client.destroy();
  await server.close();
  const opened = store.create({ path: folder });
  const { lifecycleManager } = opened;
  try {
    return await work(async (which, items) => {
      const table = certain(await answered(opened.getTable.bind(opened, tables[which])), 'its table was made');
      for (const [part, puts] of putsOf(opened, table, items)) await answered(part.batch.bind(part, puts));
    });
  } finally {
    await answered(lifecycleManager.gracefulClose.bind(lifecycleManager));
  }
};

/** Not by `promisify`: what is asked returns a promise as well. */
const answered = <T>(ask: (done: (error?: Error | null, value?: T) => void) => unknown): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    ask((error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });

/** What DynamoDB puts for these items, into the table and into each of its indexes. */
const putsOf = (opened: store.Store, table: store.Table, items: readonly Item[]): Map<store.Part, store.Put[]> => {
  const puts = new Map<store.Part, store.Put[]>();
  const put = (part: store.Part, key: string, value: Item): void => {
    const others = puts.get(part);
    if (others) others.push({ type: 'put', key, value });
    else puts.set(part, [{ type: 'put', key, value }]);
  };
  for (const item of items) {
    put(opened.getItemDb(table.TableName), store.createKey(item, table), item);
    const indexes = table.GlobalSecondaryIndexes ?? [];
    for (const { index, key, item: projected } of store.getIndexActions(indexes, undefined, item, table).puts)
      put(opened.getIndexDb('Global', table.TableName, index), key, projected);
  }
  return puts;
};

/** The embedded DynamoDB with what is in `folder`: more than there is memory for. */
export const openOnDisk = async (folder: string): Promise<TestDynamoDb> => {
  const server = await serveDynamoDb(0, folder);
  const database = clientOf(server.endpoint);
  return {
    ...database,
    close: () => {
      database.client.destroy();
      return server.close();
    },
  };
};
