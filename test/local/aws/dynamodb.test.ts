import { describe, expect, test } from '@jest/globals';
import {
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { PolicyDocument } from '../../../local/aws/policy/document.ts';
import { TABLE, TABLE_ARN, WRITER, as, aws, clientOf, get, item, put, query } from './dynamodb-scene.ts';
import {
  ALLOW_ALL,
  BROKER,
  BROKER_ACCOUNT,
  REGION,
  TARGET,
  clientConfig,
  codeOf,
  messageOf,
  policy,
  role,
  start,
} from './small-world.ts';

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
    expect((await clientOf(TARGET).send(new ListTablesCommand({}))).TableNames).toStrictEqual([]);
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
