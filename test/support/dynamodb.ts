import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { serveDynamoDb } from '../../local/embedded-dynamodb.ts';
import { tableInputs } from './tables.ts';

export interface TestDynamoDb {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  /** Names of the tables, made empty as `serverless/tables.yml` has them. */
  readonly tables: { readonly ledger: string; readonly index: string; readonly identity: string };
  readonly close: () => Promise<void>;
}

/** An embedded DynamoDB of one's own, in memory, with the three tables. */
export const startDynamoDb = async (): Promise<TestDynamoDb> => {
  const server = await serveDynamoDb(0);
  const database = await emptyTables(server.endpoint);
  return {
    ...database,
    close: () => {
      database.client.destroy();
      return server.close();
    },
  };
};

/** A client of the DynamoDB at `endpoint`, and the three tables, made empty in it. */
export const emptyTables = async (endpoint: string): Promise<Omit<TestDynamoDb, 'close'>> => {
  const database = clientOf(endpoint);
  const { ledger, index, identity } = tableInputs('test');
  await Promise.all([ledger, index, identity].map((input) => database.client.send(new CreateTableCommand(input))));
  return database;
};

/** The same, where the tables are there. */
export const clientOf = (endpoint: string): Omit<TestDynamoDb, 'close'> => {
  const { ledger, index, identity } = tableInputs('test');
  const name = ({ TableName = '' }) => TableName;
  const tables = { ledger: name(ledger), index: name(index), identity: name(identity) };
  return { endpoint, client: testClient(endpoint), tables };
};

/** What stands in for AWS checks no signature, but the client wants something to sign with. */
const testClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
