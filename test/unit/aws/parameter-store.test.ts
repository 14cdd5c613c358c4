import { afterEach, describe, expect, test } from '@jest/globals';
import { parameterStore } from '../../../lib/aws/parameter-store.ts';
import { type RecordingServer, recordingServer, silence } from './recording-server.ts';

describe('a secret of Parameter Store', () => {
  let server: RecordingServer;
  afterEach(() => server.close());

  const fetched = (kind: 'ssm' | 'secretsmanager', name: string) =>
    parameterStore({
      ...{ region: 'eu-west-1', endpoint: server.origin },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })(kind, name);

  test('is asked for by its name, also one of Secrets Manager', async () => {
    server = await recordingServer((response) => response.end('{"Parameter":{"Value":"hunter2"}}'));
    expect(await fetched('ssm', '/hatcheck/dev/outside/jira')).toBe('hunter2');
    expect(await fetched('secretsmanager', 'okta')).toBe('hunter2');
    expect(server.calls.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { Name: '/hatcheck/dev/outside/jira', WithDecryption: true },
      { Name: '/aws/reference/secretsmanager/okta', WithDecryption: true },
    ]);
  });

  test('that is empty is none', async () => {
    server = await recordingServer((response) => response.end('{"Parameter":{"Value":""}}'));
    await expect(fetched('ssm', '/hatcheck/dev/outside/jira')).rejects.toThrow(TypeError);
  });

  test('is waited for no longer than who waits has patience', async () => {
    server = await recordingServer(silence);
    const begun = performance.now();
    await expect(fetched('ssm', '/hatcheck/dev/outside/jira')).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(server.calls).toHaveLength(2);
    expect(performance.now() - begun).toBeLessThan(15_000);
  });
});
