import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test } from '@jest/globals';
import { dynamoDbClient } from '../../../lib/aws/clients.ts';
import { type RecordingServer, recordingServer, silence } from './recording-server.ts';

describe('the DynamoDB client', () => {
  let server: RecordingServer;
  afterEach(() => server.close());

  const get = (endpoint: string) =>
    dynamoDbClient({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }).send(new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'x' } } }));

  test('gives up a call that is not answered, after three tries, well before the deadline of 20 s', async () => {
    server = await recordingServer(silence);
    const begun = performance.now();
    await expect(get(server.origin)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(server.calls).toHaveLength(3);
    expect(performance.now() - begun).toBeLessThan(7000);
  });

  test('tries again what DynamoDB did not do', async () => {
    server = await recordingServer(
      (response) => response.writeHead(500).end('{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}'),
      (response) => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'),
    );
    expect((await get(server.origin)).Item).toBeUndefined();
    expect(server.calls).toHaveLength(2);
  });

  test('names itself the same each time, and keeps its connection', async () => {
    server = await recordingServer((response) => response.end('{}'));
    await get(server.origin);
    const { headers } = server.calls[0]!;
    expect([headers['user-agent']?.startsWith('hatcheck/1'), headers.connection]).toEqual([true, 'keep-alive']);
  });
});
