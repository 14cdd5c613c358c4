import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { dynamoDbClient, stsClient } from '../../../lib/aws/clients.ts';
import { type RecordingServer, recordingServer, silence } from './recording-server.ts';

describe('the STS client', () => {
  test.each([
    ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  ])('asks in %s the region’s own host, by TLS: %s', async (region, host) => {
    const asked: string[] = [];
    const client = stsClient(
      { region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
      { connectMs: 100, answerMs: 100 },
    );
    client.config.requestHandler = {
      handle: ({ protocol, hostname }: { protocol: string; hostname: string }) => {
        asked.push(`${protocol}//${hostname}`);
        return Promise.reject(new Error('far enough'));
      },
    };
    const input = { RoleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', RoleSessionName: 'engineer' };
    await expect(client.send(new AssumeRoleCommand(input))).rejects.toThrow('far enough');
    expect(asked).toEqual([`https://${host}`]);
  });
});

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
    expect(performance.now() - begun).toBeLessThan(15_000);
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
