import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalBusEvent } from '../../local/aws/events/service.ts';
import { callAs, exchange } from '../../local/browser.ts';
import { placesOf, walkThrough } from '../../local/demo/story.ts';
import { generateOidcKeys } from '../../local/idp/keys.ts';
import { hatcheck } from '../cli/run.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { type Sinks, clientOf, commandLinesNow, eventsOf, leaksOf, readSinks, tableNames } from './sinks.ts';
import { looksLike, secretsInEvent } from './secret-shapes.ts';
import { type GivenOut, type Wiretap, secretsIn, tapWires } from './wiretap.ts';

const MARK = 'canary4secrets';
/** As long as the stack wants them, and like nothing else. */
const CLIENT_SECRET = 'canary4oidcclientsecret4canary4oidcclient';
const PEPPER = 'canary4pepper4canary4pepper4canary4pepper';
const SIGNING_KEY = Buffer.from('canary4signing4canary4signing4canary4').toString('base64url');

let folder: string;
let wires: Wiretap;
let stack: TestStack;
const output: string[] = [];
const commandLines = new Set<string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-canaries-'));
  const oidcKeys = await generateOidcKeys();
  const state = { pepper: PEPPER, oidcClientSecret: CLIENT_SECRET, oidcKeys, awsSigningKey: SIGNING_KEY };
  await writeFile(join(folder, 'state.json'), JSON.stringify(state), { mode: 0o600 });
  wires = tapWires();
  stack = await startTestStack({ folder, secretMark: MARK });
  await watching(async () => {
    await theDemo();
    await errorPaths();
    await theCommandLine();
    await theAudit();
  });
}, 300_000);
afterAll(async () => {
  wires.stop();
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

/** No program starts and ends within it. */
const LOOK_EACH_MS = 20;

/** Looks at all command lines again and again while something is done. */
const watching = async (work: () => Promise<void>): Promise<void> => {
  let isDone = false;
  const watch = async (): Promise<void> => {
    // Often enough for the shortest of them, and seldom enough to leave the story its machine.
    while (!isDone) {
      await look();
      await setTimeout(LOOK_EACH_MS);
    }
  };
  const watched = watch();
  try {
    await work();
  } finally {
    isDone = true;
    await watched;
  }
};

const look = async (): Promise<void> => {
  for (const line of await commandLinesNow()) commandLines.add(line);
};

const theDemo = async (): Promise<void> => {
  const tell = (...words: unknown[]): void => void output.push(words.join(' '));
  let wrong = 0;
  const step = (what: string, seen: string, right: boolean): void => {
    tell(what, seen);
    if (!right) wrong += 1;
  };
  expect(await walkThrough(placesOf(stack), { say: tell, chapter: tell, step, end: () => wrong === 0 })).toBe(true);
};

/** Two of one account within a second are one token, so each part of the story has an account of its own. */
const idToken = async (account: string): Promise<string> =>
  (await (await fetch(`${stack.oidc.issuer}/token?account=${account}@example.com`)).text()).trim();

/** Refusals that have a secret in their hands. */
const errorPaths = async (): Promise<void> => {
  const token = await idToken('auditor');
  const { json, status: first } = await exchange(stack.origin, token);
  expect(first).toBe(200);
  const accessToken = String(json['access_token']);
  const statuses = [
    await exchange(stack.origin, token),
    await exchange(stack.origin, `${token.slice(0, -4)}AAAA`),
    await callAs(stack.origin, `${accessToken.slice(0, -4)}AAAA`, 'GET', '/v1/me'),
    await callAs(stack.origin, accessToken, 'GET', `/v1/requests?cursor=${accessToken}`),
    await callAs(stack.origin, accessToken, 'POST', '/v1/requests', { justification: 'No entitlement.', x: 1 }),
    await callAs(stack.origin, accessToken, 'POST', '/v1/requests/r_AAAAAAAAAAAAAAAAAAAAAAAAAA/credentials'),
    await callAs(stack.origin, accessToken, 'GET', `/v1/requests/${accessToken}`),
  ].map(({ status }) => status);
  for (const status of statuses) expect([400, 401, 404]).toContain(status);
  for (const query of ['code=forged&state=forged', 'error=access_denied&state=forged', ''])
    expect((await fetch(`${stack.origin}/oidc/callback?${query}`, { redirect: 'manual' })).status).toBeGreaterThan(399);
};

/** What it says on its standard output for `credential_process` is the one thing that it is for; the rest must hold nothing. */
const theCommandLine = async (): Promise<void> => {
  // The files of the person who types: the command keeps its tokens there, for its owner only.
  const home = await mkdtemp(join(tmpdir(), 'hatcheck-canaries-home-'));
  const tokenFile = join(home, 'id-token');
  await writeFile(tokenFile, await idToken('security'), { mode: 0o600 });
  const env = { HOME: home, HATCHECK_CONFIG_DIR: join(home, 'hatcheck'), HATCHECK_SERVER: stack.origin };
  const codes: unknown[] = [];
  for (const args of [
    ['login', '--token-file', tokenFile],
    ['whoami'],
    ['login', '--token-file', tokenFile],
    ['credentials', 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA', '--format', 'process'],
  ]) {
    const { stdout, stderr, code } = await hatcheck(args, env);
    output.push(stdout, stderr);
    codes.push(code);
  }
  // Signed in, known, the same token a second time, and a request that is not there.
  expect(codes).toEqual([0, 0, 1, 1]);
  await rm(home, { recursive: true });
};

/** Everything is in the log, signed, on the bus and in the export: what is there nobody can take back for years. */
const theAudit = async (): Promise<void> => {
  await stack.ledgerStream.poll();
  await stack.ledgerStream.poll();
  await stack.checkpoints.run();
  await stack.exports.run();
};

const sinks = (): Promise<Sinks> =>
  readSinks({ stack, exchanges: wires.exchanges, output, commandLines: [...commandLines] });

const secrets = (): readonly GivenOut[] => [
  ...secretsIn(wires.exchanges),
  { kind: 'any secret of the local AWS', secret: MARK },
  { kind: 'client secret', secret: CLIENT_SECRET },
  { kind: 'pepper', secret: PEPPER },
  { kind: 'signing key', secret: SIGNING_KEY },
];

describe('after the whole story and its errors', () => {
  test('secrets of every kind were given out', () => {
    expect([...new Set(secretsIn(wires.exchanges).map(({ kind }) => kind))].toSorted()).toEqual([
      'ID token',
      'ID token as subject token',
      'PKCE verifier',
      'SigninToken',
      'access token of the broker',
      'access token of the provider',
      'authorization code',
      'nonce',
      'pre-login cookie',
      'refresh token of the provider',
      'secret access key',
      'session cookie',
      'session token',
      'state',
    ]);
  });

  test('regression 13: none of them stands in a log, a table, a file, an error, the output, or a command line', async () => {
    const found = await sinks();
    expect(found.export).toContain('"canonical":"{');
    for (const [name, text] of Object.entries(found)) expect([name, text !== '']).toEqual([name, true]);
    expect(leaksOf(found, secrets())).toStrictEqual([]);
  });
});

describe('every event that the story wrote', () => {
  test('has no member that looks like a secret, or is called like one', async () => {
    const events = await eventsOf(stack);
    expect(events.flatMap((event) => secretsInEvent(event, String(event['type'])))).toStrictEqual([]);
    const onBus = stack.aws.busEvents;
    const published = new Set(onBus.map(({ detail }) => (detail as { event?: { eventId: string } }).event?.eventId));
    const logged = events.filter(({ stream }) => stream !== 'log' && stream !== 'checkpoint');
    expect(logged.filter(({ eventId }) => !published.has(String(eventId)))).toStrictEqual([]);
    expect(onBus.flatMap(({ detailType, detail }) => secretsInEvent(detail, detailType))).toStrictEqual([]);
    // Of requests, issues, the console and sign-ins.
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['request.submitted', 'credentials.issued', 'console.issued', 'signin.succeeded', 'link.made'])
      expect([type, types.has(type)]).toEqual([type, true]);
  });

  test('would have been found out with any of those that were given out in it', () => {
    const kinds: Readonly<Record<string, string>> = {
      'secret access key': 'secret access key',
      'session token': 'session token',
      SigninToken: 'session token',
      'ID token': 'JWT',
    };
    const given = secretsIn(wires.exchanges).filter(({ kind }) => kind in kinds);
    const seen = given.map(({ kind, secret }) => [kind, looksLike(secret.replace(MARK, ''))]);
    expect(new Set(seen.map(([kind]) => kind))).toEqual(new Set(Object.keys(kinds)));
    for (const [kind = '', shape] of seen) expect([kind, shape]).toEqual([kind, kinds[kind]]);
    expect(secretsInEvent({ data: { sessionToken: '' } }, 'event')).toEqual(['event.data.sessionToken: its name']);
  });
});

describe('a canary that is planted is found', () => {
  const planted = [{ kind: 'planted', secret: 'canary-that-was-planted' }];
  const found = async (): Promise<readonly string[]> => leaksOf(await sinks(), planted);

  test('in a log', async () => {
    (stack.logged as string[]).push(`credentials {"message":"${planted[0]?.secret ?? ''}"}`);
    expect(await found()).toContain('logs: planted');
  });

  test('in each of the three tables, within JSON too', async () => {
    const client = clientOf(stack.dynamodbEndpoint);
    for (const TableName of tableNames(stack.template)) {
      const keys = Object.values(stack.template.tables).find(({ createTable }) => createTable.TableName === TableName);
      const secret = `canary in ${TableName}`;
      const definitions = keys?.createTable.AttributeDefinitions ?? [];
      const names = keys?.createTable.KeySchema?.map(({ AttributeName = '' }) => AttributeName) ?? [];
      const key = names.map((name) => {
        const isNumber = definitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType === 'N';
        return [name, isNumber ? { N: '1' } : { S: 'canary' }] as const;
      });
      const Item = { ...Object.fromEntries(key), body: { M: { inner: { S: JSON.stringify({ secret }) } } } };
      await client.send(new PutItemCommand({ TableName, Item }));
      expect(leaksOf(await sinks(), [{ kind: 'planted', secret }])).toContain('tables: planted');
    }
    client.destroy();
    expect(tableNames(stack.template)).toHaveLength(3);
  });

  test('in the export', async () => {
    const [bucket = ''] = await readdir(join(folder, 's3'));
    await writeFile(join(folder, 's3', bucket, 'planted.jsonl'), planted[0]?.secret ?? '');
    expect(await found()).toContain('export: planted');
  });

  test('on the bus', async () => {
    const { secret = '' } = planted[0] ?? {};
    (stack.aws.busEvents as LocalBusEvent[]).push({
      ...{ id: '1', bus: 'hatcheck-dev', source: 'hatcheck', detailType: 't', detail: { event: { secret } } },
    });
    expect(await found()).toContain('bus: planted');
  });

  test('in a file', async () => {
    await writeFile(join(folder, 'cache.tmp'), planted[0]?.secret ?? '');
    expect(await found()).toContain('files: planted');
  });

  test('in an error that the broker answers', async () => {
    await fetch(`${stack.origin}/v1/requests`, { headers: { authorization: 'Bearer x' } });
    const refused = wires.exchanges.findLast(({ status }) => status === 401)?.answeredBody ?? '';
    const { instance } = JSON.parse(refused) as { instance: string };
    expect(leaksOf(await sinks(), [{ kind: 'planted', secret: instance }])).toContain('error bodies: planted');
  });

  test('in what a program says', async () => {
    output.push(`it is ${planted[0]?.secret ?? ''}`);
    expect(await found()).toContain('output: planted');
  });

  test('on a command line', async () => {
    await watching(async () => {
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', planted[0]?.secret ?? '']);
      const gone = once(child, 'exit');
      try {
        await once(child, 'spawn');
        while (![...commandLines].some((line) => line.includes(planted[0]?.secret ?? ''))) await look();
      } finally {
        child.kill();
        await gone;
      }
    });
    expect(await found()).toContain('command lines: planted');
  });
});
