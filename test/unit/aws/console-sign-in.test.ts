import { inspect } from 'node:util';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { federationConsole } from '../../../lib/aws/console-sign-in.ts';
import { secret } from '../../../lib/broker/secret.ts';
import type { ConsoleDestination } from '../../../lib/domain/console.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { type Answer, type RecordingServer, recordingServer, reset, silence } from './recording-server.ts';

const SECRET = 'the/secret+access=key';
const TOKEN = 'the-session-token';
const SIGNIN = 'the-signin-token+/=';
const clock = { now: () => '2026-01-01T12:00:00.000Z' };
const issuer = 'https://hatcheck.example.com';
const credentials = {
  accessKeyId: 'ASIA1',
  secretAccessKey: secret(SECRET),
  sessionToken: secret(TOKEN),
  expiration: '2026-01-01T13:00:00.000Z',
};
const inIreland = { partition: 'aws', region: 'eu-west-1' };

const given: Answer = (response) => response.end(JSON.stringify({ SigninToken: SIGNIN }));

describe('the console sign-in URL', () => {
  let server: RecordingServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const against = async (...answers: readonly Answer[]) => {
    server = await recordingServer(...answers);
    const endpoint = `${server.origin}/federation`;
    return federationConsole({ endpoint, consoleOrigin: 'http://127.0.0.1:4567', issuer, clock, timeoutMs: 2000 });
  };

  test('the credentials are posted in a form, with no SessionDuration, and nothing of them is in a URL', async () => {
    await (await against(given)).url(credentials, inIreland);
    expect(server!.calls).toHaveLength(1);
    const { method, url, headers, form } = server!.calls[0]!;
    expect([method, url]).toEqual(['POST', '/federation']);
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(headers.connection).toBe('close');
    expect([...form.keys()]).toEqual(['Action', 'Session']);
    expect(form.get('Action')).toBe('getSigninToken');
    expect(JSON.parse(form.get('Session') ?? '')).toEqual({
      sessionId: 'ASIA1',
      sessionKey: SECRET,
      sessionToken: TOKEN,
    });
  });

  test('it leads through the sign-in to the console of the region, and back to the portal when it is over', async () => {
    const { url, expiresAt } = await (await against(given)).url(credentials, inIreland);
    const parsed = new URL(url.reveal());
    expect(parsed.origin + parsed.pathname).toBe(`${server!.origin}/federation`);
    expect(Object.fromEntries(parsed.searchParams)).toEqual({
      Action: 'login',
      Issuer: issuer,
      Destination: 'http://127.0.0.1:4567/console/home?region=eu-west-1',
      SigninToken: SIGNIN,
    });
    expect(expiresAt).toBe('2026-01-01T12:15:00.000Z');
  });

  test('it is a secret: it prints redacted', async () => {
    const made = await (await against(given)).url(credentials, inIreland);
    expect(JSON.stringify(made) + inspect(made, { depth: 9, showHidden: true })).not.toContain('the-signin-token');
  });

  test.each([
    ['aws', 'https://signin.aws.amazon.com/federation', 'https://console.aws.amazon.com'],
    ['aws-us-gov', 'https://signin.amazonaws-us-gov.com/federation', 'https://console.amazonaws-us-gov.com'],
    ['aws-cn', 'https://signin.amazonaws.cn/federation', 'https://console.amazonaws.cn'],
  ])('%s has hosts of its own', async (partition, federation, console) => {
    const send = jest.fn<typeof fetch>(() => Promise.resolve(Response.json({ SigninToken: SIGNIN })));
    const { url } = await federationConsole({ issuer, clock, fetch: send }).url(credentials, {
      ...inIreland,
      partition,
    });
    expect(send.mock.calls.map(([to]) => to)).toEqual([federation]);
    const parsed = new URL(url.reveal());
    expect(parsed.origin + parsed.pathname).toBe(federation);
    expect(new URL(parsed.searchParams.get('Destination') ?? '').origin).toBe(console);
  });

  test('another partition is a mistake of ours, found before anything is sent', async () => {
    const send = jest.fn<typeof fetch>();
    const making = federationConsole({ issuer, clock, fetch: send }).url(credentials, {
      ...inIreland,
      partition: 'aws-x',
    });
    await expect(making).rejects.toThrow(TypeError);
    expect(send).not.toHaveBeenCalled();
  });

  test.each<[ConsoleDestination, string]>([
    [{ service: 's3' }, '/s3/home?region=eu-west-1'],
    [{ service: 's3', region: 'us-east-1' }, '/s3/home?region=us-east-1'],
    [{ service: 's3', region: 'cn-north-1' }, '/s3/home?region=eu-west-1'],
    [{ path: '/cloudwatch/home?region=eu-west-1#logsV2:logs' }, '/cloudwatch/home?region=eu-west-1#logsV2:logs'],
    [{ path: '/a/../b' }, '/b'],
  ])('a destination %j is on the console’s host', async (destination, expected) => {
    const { url } = await (await against(given)).url(credentials, { ...inIreland, destination });
    expect(new URL(url.reveal()).searchParams.get('Destination')).toBe(`http://127.0.0.1:4567${expected}`);
  });

  test.each(['//evil.example.com/', 'https://evil.example.com/', '/\\evil.example.com'])(
    'attack: a path %j that leads elsewhere is a mistake of ours, found before anything is sent',
    async (path) => {
      const making = (await against(given)).url(credentials, { ...inIreland, destination: { path } });
      await expect(making).rejects.toThrow(TypeError);
      expect(server!.calls).toStrictEqual([]);
    },
  );

  test('where log-out is asked for, it comes first, on the host of the sign-in, and leads on to it', async () => {
    const made = await (await against(given)).url(credentials, { ...inIreland, logoutFirst: true });
    const url = new URL(made.url.reveal());
    expect([url.origin, url.pathname, url.searchParams.get('Action')]).toEqual([server!.origin, '/oauth', 'logout']);
    const next = new URL(url.searchParams.get('redirect_uri') ?? '');
    expect([next.origin, next.pathname, next.searchParams.get('Action')]).toEqual([
      server!.origin,
      '/federation',
      'login',
    ]);
  });

  test('a region cannot break out of the query', async () => {
    const { url } = await (await against(given)).url(credentials, { ...inIreland, region: 'x&y=#//evil' });
    const destination = new URL(new URL(url.reveal()).searchParams.get('Destination') ?? '');
    expect([destination.origin, [...destination.searchParams]]).toEqual([
      'http://127.0.0.1:4567',
      [['region', 'x&y=#//evil']],
    ]);
  });

  test.each<[string, Answer]>([
    ['says no', (response) => response.writeHead(400).end(SECRET)],
    ['fails', (response) => response.writeHead(500).end(SECRET)],
    ['says yes otherwise', (response) => response.writeHead(201).end(JSON.stringify({ SigninToken: SIGNIN }))],
    ['sends elsewhere', (response) => response.writeHead(307, { location: '/elsewhere' }).end()],
    ['does not answer', silence],
    ['resets', reset],
    ['stops in the middle', (response) => response.writeHead(200, { 'content-length': 99 }).write('{"SigninToken":"')],
    ['does not end', (response) => response.writeHead(200).write('{"SigninToken":"')],
    ['answers no JSON', (response) => response.end(`<html>${SECRET}`)],
    ['answers null', (response) => response.end('null')],
    ['answers without a token', (response) => response.end('{}')],
    ['answers an empty token', (response) => response.end('{"SigninToken":""}')],
    ['answers a token that is no string', (response) => response.end('{"SigninToken":{"a":1}}')],
    ['answers more than 64 KiB', (response) => response.end(JSON.stringify({ SigninToken: 'x'.repeat(65_536) }))],
  ])(
    'when the endpoint %s it is aws_unavailable, after one try, and no secret is in the error',
    async (_what, answer) => {
      const error = await (await against(answer)).url(credentials, inIreland).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(HatcheckError);
      expect(error).toMatchObject({ code: 'aws_unavailable' });
      expect(server!.calls).toHaveLength(1);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/the.secret|the-session|the-signin/);
    },
  );
});
