import type { Server } from 'node:http';
import { afterAll, beforeAll } from '@jest/globals';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { LocalAws } from '../../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, REGION, clientConfig, policy, role, start } from './small-world.ts';

export const TABLE = 'ledger';
export const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${BROKER_ACCOUNT}:table/${TABLE}`;
export const WRITER = `arn:aws:iam::${BROKER_ACCOUNT}:role/writer`;

let tables: Server;
export let aws: LocalAws;

beforeAll(async () => {
  tables = dynalite({ createTableMs: 0 });
  const port = await new Promise<number>((resolve) => {
    tables.listen(0, '127.0.0.1', () => {
      const address = tables.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  aws = await start({ dynamodbEndpoint: `http://127.0.0.1:${port}`, dynamodbAccount: BROKER_ACCOUNT });
  const client = clientOf();
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'stream', KeyType: 'HASH' },
        { AttributeName: 'seq', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'stream', AttributeType: 'S' },
        { AttributeName: 'seq', AttributeType: 'N' },
        { AttributeName: 'requester', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-requester',
          KeySchema: [{ AttributeName: 'requester', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  for (const stream of ['request#1', 'control']) await client.send(put(stream));
});

afterAll(async () => {
  await aws.close();
  await new Promise((resolve) => tables.close(resolve));
});

export function clientOf(roleArn = BROKER): DynamoDBClient {
  return new DynamoDBClient(clientConfig(aws, roleArn));
}

/** A client of a role with exactly this policy. */
export function as(...statements: object[]): DynamoDBClient {
  aws.addRole(role(WRITER, { policies: [policy(...statements)] }));
  return clientOf(WRITER);
}

export const item = (stream: string, seq = '0') => ({ stream: { S: stream }, seq: { N: seq } });
export const put = (stream: string) =>
  new PutItemCommand({ TableName: TABLE, Item: { ...item(stream), requester: { S: 'p_x' } } });
export const get = (stream: string) => new GetItemCommand({ TableName: TABLE, Key: item(stream) });
export const query = (stream: string, rest: object = {}) =>
  new QueryCommand({
    TableName: TABLE,
    // `stream` is a reserved word.
    KeyConditionExpression: '#p = :s',
    ExpressionAttributeNames: { '#p': 'stream' },
    ExpressionAttributeValues: { ':s': { S: stream } },
    ...rest,
  });
