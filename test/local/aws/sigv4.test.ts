import { createHash, createHmac, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws, LocalAwsOptions } from '../../../local/aws/server.ts';
import { BROKER, clientConfig, codeOf, role, start, TARGET, world } from './small-world.ts';

interface SentRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

const running: LocalAws[] = [];

async function startOne(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  const aws = await start(options);
  running.push(aws);
  return aws;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((aws) => aws.close()));
});

/** Asks who it is, with the request altered after it was signed. */
function whoAmI(
  config: ConstructorParameters<typeof STSClient>[0],
  alter: (request: SentRequest) => void = () => undefined,
) {
  const client = new STSClient(config ?? {});
  client.middlewareStack.add(
    (next) => (args) => {
      alter(args.request as SentRequest);
      return next(args);
    },
    { step: 'deserialize' },
  );
  return client.send(new GetCallerIdentityCommand({}));
}

test('the control: a signed request is answered with who signed it', async () => {
  const aws = await startOne();
  const identity = await whoAmI(clientConfig(aws, BROKER, 'engineer@example.com'));
  expect(identity).toMatchObject({
    Account: '444455556666',
    Arn: 'arn:aws:sts::444455556666:assumed-role/credentials/engineer@example.com',
  });
  expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:engineer@example.com$/);
});

describe('what was altered after signing is refused', () => {
  const swap = (name: string, change: (value: string) => string) => (request: SentRequest) => {
    request.headers[name] = change(request.headers[name] ?? '');
  };
  const put = (member: 'body' | 'path', change: (value: unknown) => string) => (request: SentRequest) => {
    request[member] = change(request[member]);
  };
  const without = (name: string) => (request: SentRequest) => {
    request.headers = Object.fromEntries(Object.entries(request.headers).filter(([other]) => other !== name));
  };
  test.each<[string, (request: SentRequest) => void, string]>([
    ['another body', put('body', (body) => String(body).replace('Get', 'get')), 'SignatureDoesNotMatch'],
    ['another path', put('path', () => '/x'), 'SignatureDoesNotMatch'],
    ['another host', swap('host', () => 'example.com'), 'SignatureDoesNotMatch'],
    [
      'another signature',
      swap('authorization', (v) => v.replace(/.$/, (c) => (c === '0' ? '1' : '0'))),
      'SignatureDoesNotMatch',
    ],
    [
      'another region in the scope',
      swap('authorization', (v) => v.replace('eu-west-1', 'us-east-1')),
      'SignatureDoesNotMatch',
    ],
    [
      'another day in the scope',
      swap('authorization', (v) => v.replace(/\/\d{8}\//, '/20200101/')),
      'SignatureDoesNotMatch',
    ],
    [
      'a service that does not exist',
      swap('authorization', (v) => v.replace('/sts/', '/nosuch/')),
      'SignatureDoesNotMatch',
    ],
    ['a signature that is too short', swap('authorization', (v) => v.slice(0, -1)), 'IncompleteSignature'],
    ['a region that is none', swap('authorization', (v) => v.replace('eu-west-1', 'nowhere')), 'IncompleteSignature'],
    ['another algorithm', swap('authorization', (v) => v.replace('SHA256', 'SHA1')), 'IncompleteSignature'],
    ['a host that is not signed', swap('authorization', (v) => v.replace('host;', '')), 'IncompleteSignature'],
    ['an x-amz header that is not signed', swap('x-amz-extra', () => '1'), 'IncompleteSignature'],
    [
      'a signed header that is missing',
      swap('authorization', (v) => v.replace('host;', 'host;nothere;')),
      'IncompleteSignature',
    ],
    ['no date', without('x-amz-date'), 'IncompleteSignature'],
    ['no session token', without('x-amz-security-token'), 'IncompleteSignature'],
    ['no Authorization', without('authorization'), 'MissingAuthenticationToken'],
  ])('%s', async (_, alter, code) => {
    const aws = await startOne();
    expect(await codeOf(whoAmI(clientConfig(aws, BROKER), alter))).toBe(code);
    expect(aws.calls.at(-1)).toMatchObject({ principal: null, decision: 'failed', code });
  });
});

describe('credentials that are not genuine are refused', () => {
  test('a session token with one character changed', async () => {
    const aws = await startOne();
    const { credentials, ...config } = clientConfig(aws, BROKER);
    const token = credentials.sessionToken;
    for (const at of [0, 20, 60, token.length - 1]) {
      const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      const sent = { ...config, credentials: { ...credentials, sessionToken: forged } };
      expect(await codeOf(whoAmI(sent))).toBe('InvalidClientTokenId');
    }
  });

  test.each([
    ['no session token', { sessionToken: '' }],
    ['a token of another server', { sessionToken: 'other' }],
    ['another access key id', { accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' }],
  ])('%s', async (_, forged) => {
    const [aws, other] = [await startOne(), await startOne()];
    const { credentials, ...config } = clientConfig(aws, BROKER);
    const foreign = other.credentialsFor(BROKER, 'session').sessionToken;
    const sessionToken = 'sessionToken' in forged && forged.sessionToken === 'other' ? foreign : undefined;
    const sent = { ...credentials, ...forged, ...(sessionToken !== undefined && { sessionToken }) };
    expect(await codeOf(whoAmI({ ...config, credentials: sent }))).toBe('InvalidClientTokenId');
  });

  test("the secret of another session of one's own", async () => {
    const aws = await startOne();
    const { credentials, ...config } = clientConfig(aws, BROKER);
    const { secretAccessKey } = aws.credentialsFor(BROKER, 'session');
    const sent = { ...config, credentials: { ...credentials, secretAccessKey } };
    expect(await codeOf(whoAmI(sent))).toBe('SignatureDoesNotMatch');
  });

  test("the session token of another role under one's own key", async () => {
    const aws = await startOne();
    const { credentials, ...config } = clientConfig(aws, BROKER);
    const { sessionToken } = aws.credentialsFor(TARGET, 'session');
    expect(await codeOf(whoAmI({ ...config, credentials: { ...credentials, sessionToken } }))).toBe(
      'InvalidClientTokenId',
    );
  });
});

describe('time', () => {
  const START = Date.parse('2026-11-22T10:00:00Z');
  const at = (seconds: number) => START + seconds * 1000;

  test('a session ends at its second', async () => {
    let now = START;
    const aws = await startOne({ clock: () => new Date(now) });
    const credentials = aws.credentialsFor(BROKER, 'session', 900);
    const ask = () => {
      return codeOf(whoAmI({ ...clientConfig(aws, BROKER, 'session', new Date(now)), credentials }));
    };
    now = at(899);
    expect(await ask()).toBe('none');
    now = at(900);
    expect(await ask()).toBe('ExpiredToken');
  });

  test.each([
    [-290, 'none'],
    [290, 'none'],
    [-310, 'SignatureDoesNotMatch'],
    [310, 'SignatureDoesNotMatch'],
  ])('a request signed %d s from now: %s', async (skewSeconds, code) => {
    const aws = await startOne();
    const config = { ...clientConfig(aws, BROKER), systemClockOffset: skewSeconds * 1000 };
    expect(await codeOf(whoAmI(config))).toBe(code);
  });

  test('the Date header tells the time of the signature check', async () => {
    const aws = await startOne({ clock: () => new Date(START) });
    expect((await fetch(aws.endpoint)).headers.get('date')).toBe('Sun, 22 Nov 2026 10:00:00 GMT');
  });
});

describe('signed by hand, after the documentation', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

  /** The status of a request whose credential scope says `scopeDay` and whose X-Amz-Date is `amzDate`. */
  async function statusOf(aws: LocalAws, scopeDay: string, amzDate: string): Promise<number> {
    const { accessKeyId, secretAccessKey, sessionToken } = aws.credentialsFor(BROKER, 'session');
    const scope = `${scopeDay}/us-east-1/sts/aws4_request`;
    const signed = 'host;x-amz-date;x-amz-security-token';
    const host = new URL(aws.endpoint).host;
    const headers = `host:${host}\nx-amz-date:${amzDate}\nx-amz-security-token:${sessionToken}\n`;
    const canonical = ['POST', '/', '', headers, signed, hash(BODY)].join('\n');
    const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
    const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope, hash(canonical)].join('\n')).toString('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    const answer = await fetch(aws.endpoint, {
      method: 'POST',
      body: BODY,
      headers: { authorization, 'x-amz-date': amzDate, 'x-amz-security-token': sessionToken },
    });
    return answer.status;
  }

  test('a signing key of another day is refused', async () => {
    const aws = await startOne({ clock: () => new Date('2026-11-22T10:00:00Z') });
    expect(await statusOf(aws, '20261122', '20261122T100000Z')).toBe(200);
    expect(await statusOf(aws, '20261121', '20261122T100000Z')).toBe(403);
  });
});

test('sessions live on after a restart with the same key', async () => {
  const signingKey = randomBytes(32);
  const first = await startOne({ signingKey });
  const { credentials } = clientConfig(first, BROKER);
  const second = await startOne({ signingKey });
  expect(await codeOf(whoAmI({ ...clientConfig(second, BROKER), credentials }))).toBe('none');
});

test('the session of a role that no longer exists is refused', async () => {
  const signingKey = randomBytes(32);
  const extra = 'arn:aws:iam::444455556666:role/extra';
  const first = await startOne({ signingKey, world: world(role(extra)) });
  const { credentials } = clientConfig(first, extra);
  expect(await codeOf(whoAmI({ ...clientConfig(first, BROKER), credentials }))).toBe('none');
  const second = await startOne({ signingKey });
  expect(await codeOf(whoAmI({ ...clientConfig(second, BROKER), credentials }))).toBe('InvalidClientTokenId');
});

test('secrets carry the mark, and work', async () => {
  const aws = await startOne({ secretMark: 'CANARY' });
  const config = clientConfig(aws, BROKER);
  expect(config.credentials.secretAccessKey).toContain('CANARY');
  expect(config.credentials.sessionToken).toContain('CANARY');
  expect(await codeOf(whoAmI(config))).toBe('none');
  expect(JSON.stringify(aws.calls)).not.toContain('CANARY');
});

describe('what nobody knows is refused', () => {
  const post = (aws: LocalAws, body: string, headers: Record<string, string> = {}) =>
    fetch(aws.endpoint, { method: 'POST', body, headers });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test.each([
    ['an unknown operation', 'Action=Nonsense&Version=2011-06-15', 'InvalidAction'],
    ['a member of every object', 'Action=constructor&Version=2011-06-15', 'InvalidAction'],
    ['no operation', '', 'InvalidAction'],
    ['an operation that must be signed', 'Action=AssumeRole&Version=2011-06-15', 'MissingAuthenticationToken'],
    ['a parameter twice', 'Action=AssumeRole&Action=AssumeRole', 'MalformedInput'],
  ])('%s, unsigned', async (_, body, code) => {
    const aws = await startOne();
    expect(await (await post(aws, body, form)).text()).toContain(`<Code>${code}</Code>`);
  });

  test('an unknown table operation, unsigned', async () => {
    const aws = await startOne();
    const answer = await post(aws, '{}', { 'x-amz-target': 'DynamoDB_20120810.Nonsense' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('MissingAuthenticationTokenException');
  });

  test('a body of more than 16 MiB', async () => {
    const aws = await startOne();
    const status = await post(aws, 'x'.repeat(17 * 1024 * 1024)).then(
      (answer) => answer.status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(status);
    expect(await codeOf(whoAmI(clientConfig(aws, BROKER)))).toBe('none');
  });
});
