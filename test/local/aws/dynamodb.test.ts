import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { PolicyDocument } from '../../../local/aws/policy/document.ts';
import type { LocalAws } from '../../../local/aws/server.ts';
import {
  ALLOW_ALL,
  BROKER,
  BROKER_ACCOUNT,
  clientConfig,
  codeOf,
  messageOf,
  policy,
  REGION,
  role,
  start,
  TARGET,
} from './small-world.ts';

const TABLE = 'ledger';
const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${BROKER_ACCOUNT}:table/${TABLE}`;
const WRITER = `arn:aws:iam::${BROKER_ACCOUNT}:role/writer`;

let tables: Server;
let aws: LocalAws;

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

function clientOf(roleArn = BROKER): DynamoDBClient {
  return new DynamoDBClient(clientConfig(aws, roleArn));
}

/** A client of a role with exactly this policy. */
function as(...statements: object[]): DynamoDBClient {
  aws.addRole(role(WRITER, { policies: [policy(...statements)] }));
  return clientOf(WRITER);
}

const item = (stream: string, seq = '0') => ({ stream: { S: stream }, seq: { N: seq } });
const put = (stream: string) =>
  new PutItemCommand({ TableName: TABLE, Item: { ...item(stream), requester: { S: 'p_x' } } });
const get = (stream: string) => new GetItemCommand({ TableName: TABLE, Key: item(stream) });
const query = (stream: string, rest: object = {}) =>
  new QueryCommand({
    TableName: TABLE,
    // `stream` is a reserved word.
    KeyConditionExpression: '#p = :s',
    ExpressionAttributeNames: { '#p': 'stream' },
    ExpressionAttributeValues: { ':s': { S: stream } },
    ...rest,
  });

describe('what is allowed reaches the tables', () => {
  test('an item that was put is read again', async () => {
    expect((await clientOf().send(get('request#1'))).Item).toMatchObject(item('request#1'));
    expect((await clientOf().send(query('request#1'))).Items).toHaveLength(1);
  });

  test("the tables' own refusals come back as they are", async () => {
    const again = new PutItemCommand({
      TableName: TABLE,
      Item: item('request#1'),
      ConditionExpression: 'attribute_not_exists(seq)',
    });
    expect(await codeOf(clientOf().send(again))).toBe('ConditionalCheckFailedException');
    expect(await codeOf(clientOf().send(new ScanCommand({ TableName: 'missing' })))).toBe('ResourceNotFoundException');
  });

  test('tables of an account are not there for another', async () => {
    expect(await codeOf(clientOf(TARGET).send(get('request#1')))).toBe('ResourceNotFoundException');
    expect((await clientOf(TARGET).send(new ListTablesCommand({}))).TableNames).toEqual([]);
    expect((await clientOf().send(new ListTablesCommand({}))).TableNames).toEqual([TABLE]);
  });
});

describe('actions and tables', () => {
  test('only the action that is allowed', async () => {
    const client = as({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE_ARN });
    expect(await codeOf(client.send(get('request#1')))).toBe('none');
    expect(await codeOf(client.send(put('request#1')))).toBe('AccessDeniedException');
    expect(await messageOf(client.send(put('request#1')))).toBe(
      `User: arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/writer/session is not authorized to perform: dynamodb:PutItem on resource: ${TABLE_ARN} because no identity-based policy allows the dynamodb:PutItem action`,
    );
    expect(aws.calls.at(-1)).toMatchObject({ action: 'dynamodb:PutItem', resource: TABLE_ARN, decision: 'denied' });
  });

  test.each([
    ['another table', `${TABLE_ARN}s`],
    ['the table of another account', TABLE_ARN.replace(BROKER_ACCOUNT, '999988887777')],
    ['the table of another region', TABLE_ARN.replace(REGION, 'us-east-1')],
    ['its indexes', `${TABLE_ARN}/index/*`],
  ])('permission for %s is none for this one', async (_, Resource) => {
    const client = as({ Effect: 'Allow', Action: 'dynamodb:*', Resource });
    expect(await codeOf(client.send(get('request#1')))).toBe('AccessDeniedException');
  });

  test('an index is a resource of its own', async () => {
    const byRequester = query('', {
      IndexName: 'by-requester',
      KeyConditionExpression: 'requester = :s',
      ExpressionAttributeNames: undefined,
      ExpressionAttributeValues: { ':s': { S: 'p_x' } },
    });
    const tableOnly = as({ Effect: 'Allow', Action: 'dynamodb:Query', Resource: TABLE_ARN });
    expect(await codeOf(tableOnly.send(byRequester))).toBe('AccessDeniedException');
    const withIndex = as({ Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${TABLE_ARN}/index/by-requester` });
    expect((await withIndex.send(byRequester)).Items).toHaveLength(2);
  });

  test.each([
    ['PartiQL', new ExecuteStatementCommand({ Statement: `DELETE FROM "${TABLE}" WHERE stream = 'control'` })],
  ])('%s cannot be mapped to a table, and is refused to whoever may do everything', async (_, command) => {
    expect(await codeOf(clientOf().send(command))).toBe('UnknownOperationException');
  });

  test.each(['{', '[]', 'null', '{"TableName": 5}', '{"TableName": "../x"}', '{}'])(
    'the body %s is refused',
    async (body) => {
      const client = clientOf();
      client.middlewareStack.add(
        (next) => (args) => {
          (args.request as { body: unknown }).body = body;
          return next(args);
        },
        { step: 'build', priority: 'high' },
      );
      expect(['SerializationException', 'ValidationException']).toContain(await codeOf(client.send(get('x'))));
    },
  );
});

describe('dynamodb:LeadingKeys', () => {
  const onlyRequests = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['request#*'] } };
  const ofRequests = {
    ...{
      Effect: 'Allow',
      Action: 'dynamodb:*',
      Resource: [TABLE_ARN, `${TABLE_ARN}/index/*`],
      Condition: onlyRequests,
    },
  };
  // A key that the server failed to see would be allowed here: an absent one meets ForAllValues.
  const client = () => as(ofRequests);
  test.each<[string, string, (client: DynamoDBClient) => Promise<unknown>]>([
    ['GetItem', 'none', (c) => c.send(get('request#1'))],
    ['GetItem of another kind', 'AccessDeniedException', (c) => c.send(get('control'))],
    ['PutItem', 'none', (c) => c.send(put('request#2'))],
    ['PutItem of another kind', 'AccessDeniedException', (c) => c.send(put('control'))],
    [
      'UpdateItem of another kind',
      'AccessDeniedException',
      (c) => c.send(new UpdateItemCommand({ TableName: TABLE, Key: item('control') })),
    ],
    [
      'DeleteItem of another kind',
      'AccessDeniedException',
      (c) => c.send(new DeleteItemCommand({ TableName: TABLE, Key: item('control') })),
    ],
    ['Query', 'none', (c) => c.send(query('request#1'))],
    ['Query of another kind', 'AccessDeniedException', (c) => c.send(query('control'))],
    [
      'Query of another kind without a name for the key',
      'AccessDeniedException',
      (c) => c.send(query('control', { KeyConditionExpression: 'stream=:s', ExpressionAttributeNames: undefined })),
    ],
    [
      'Query with the value first',
      'AccessDeniedException',
      (c) => c.send(query('control', { KeyConditionExpression: ':s = #p' })),
    ],
    [
      'Query of another kind in brackets behind the sort key',
      'AccessDeniedException',
      (c) =>
        c.send(
          query('control', {
            KeyConditionExpression: '(seq >= :n) AND (#p = :s)',
            ExpressionAttributeValues: { ':s': { S: 'control' }, ':n': { N: '0' } },
          }),
        ),
    ],
    [
      'Query of another kind the old way',
      'AccessDeniedException',
      (c) =>
        c.send(
          new QueryCommand({
            TableName: TABLE,
            KeyConditions: { stream: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'control' }] } },
          }),
        ),
    ],
    [
      "Query of an index has the index's own key",
      'AccessDeniedException',
      (c) =>
        c.send(
          query('p_x', {
            IndexName: 'by-requester',
            KeyConditionExpression: 'requester = :s',
            ExpressionAttributeNames: undefined,
          }),
        ),
    ],
    [
      'BatchGetItem',
      'none',
      (c) =>
        c.send(
          new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys: [item('request#1'), item('request#2')] } } }),
        ),
    ],
    [
      'BatchGetItem with one of another kind',
      'AccessDeniedException',
      (c) =>
        c.send(new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys: [item('request#1'), item('control')] } } })),
    ],
    [
      'BatchWriteItem with one of another kind',
      'AccessDeniedException',
      (c) =>
        c.send(
          new BatchWriteItemCommand({
            RequestItems: {
              [TABLE]: [{ PutRequest: { Item: item('request#3') } }, { DeleteRequest: { Key: item('control') } }],
            },
          }),
        ),
    ],
  ])('%s: %s', async (_, code, send) => {
    expect(await codeOf(send(client()))).toBe(code);
  });

  test('a Scan names no key, which meets ForAllValues until Null forbids it', async () => {
    const scan = new ScanCommand({ TableName: TABLE });
    const Condition = { Null: { 'dynamodb:LeadingKeys': 'true' } };
    const noKeyless = { Effect: 'Deny', Action: '*', Resource: '*', Condition };
    expect(await codeOf(client().send(scan))).toBe('none');
    expect(await codeOf(as(ofRequests, noKeyless).send(scan))).toBe('AccessDeniedException');
    expect(await codeOf(as(ofRequests, noKeyless).send(get('request#1')))).toBe('none');
  });

  test('an IndexName where none belongs does not hide the key', async () => {
    const sender = client();
    sender.middlewareStack.add(
      (next) => (args) => {
        const body = { TableName: TABLE, Item: item('control'), IndexName: 'nothing' };
        (args.request as { body: string }).body = JSON.stringify(body);
        return next(args);
      },
      { step: 'build', priority: 'high' },
    );
    expect(await codeOf(sender.send(put('control')))).toBe('AccessDeniedException');
  });

  test('a transaction needs the permission of each of its members', async () => {
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: TABLE, Item: item('request#4') } },
        { Delete: { TableName: TABLE, Key: item('request#1') } },
      ],
    });
    const allowed = {
      Effect: 'Allow',
      Action: ['dynamodb:PutItem', 'dynamodb:TransactWriteItems'],
      Resource: TABLE_ARN,
    };
    expect(await codeOf(as(allowed).send(transaction))).toBe('AccessDeniedException');
    // The embedded tables know no transactions: what is allowed gets as far as them.
    const both = { ...allowed, Action: ['dynamodb:PutItem', 'dynamodb:DeleteItem'] };
    expect(await codeOf(as(both).send(transaction))).toBe('UnknownOperationException');
  });
});

describe("a table's resource policy", () => {
  const denyUpdates: PolicyDocument = policy({
    Sid: 'AppendOnly',
    ...{ Effect: 'Deny', Principal: '*', Action: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], Resource: TABLE_ARN },
  });

  test('denies even to whoever may do everything', async () => {
    const remove = new DeleteItemCommand({ TableName: TABLE, Key: item('nothing') });
    aws.addRole(role(WRITER, { policies: [ALLOW_ALL] }));
    expect(await codeOf(clientOf(WRITER).send(remove))).toBe('none');
    aws.addTablePolicy(TABLE_ARN, denyUpdates);
    expect(await messageOf(clientOf(WRITER).send(remove))).toMatch(/with an explicit deny in a resource-based policy$/);
    expect(await codeOf(clientOf(WRITER).send(put('request#5')))).toBe('none');
    expect(aws.calls.at(-2)?.reason).toContain('AppendOnly');
  });

  test('that is not understood is not loaded', () => {
    expect(() => {
      aws.addTablePolicy(TABLE_ARN, policy({ Effect: 'Deny', Action: '*', Resource: '*' }));
    }).toThrow('Principal');
  });
});

test('a signature for another service opens no table', async () => {
  const client = clientOf();
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['authorization'] = (headers['authorization'] ?? '').replace('/dynamodb/', '/sts/');
      return next(args);
    },
    { step: 'deserialize' },
  );
  expect(await codeOf(client.send(new DescribeTableCommand({ TableName: TABLE })))).not.toBe('none');
  expect(aws.calls.at(-1)).toMatchObject({ service: 'sts', principal: null, code: 'SignatureDoesNotMatch' });
});

test('without tables behind it, DynamoDB says so', async () => {
  const bare = await start();
  const client = new DynamoDBClient(clientConfig(bare, BROKER));
  expect(await codeOf(client.send(new ListTablesCommand({})))).toBe('UnknownOperationException');
  await bare.close();
});
