import { describe, expect, test } from '@jest/globals';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLE, TABLE_ARN, as, get, item, put, query } from './dynamodb-scene.ts';
import { codeOf } from './small-world.ts';

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
