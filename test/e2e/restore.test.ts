import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { folderVerdict } from '../../cli/audit/verify-folder.ts';
import { keyOf } from '../../lib/aws/ledger-item.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { soundLine } from '../../lib/broker/log/verify-line.ts';
import { systemChance, systemClock } from '../../lib/broker/system.ts';
import { certain } from '../../lib/domain/invariant.ts';
import type { Browser } from '../../local/browser.ts';
import { startFunctions } from '../../local/gateway/functions.ts';
import type { StackOptions } from '../../local/stack-options.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';
import { awsCli } from '../../scripts/restore/aws-cli.ts';
import { functionsOf } from '../../scripts/restore/functions-of.ts';
import { restore } from '../../scripts/restore/restore.ts';
import { restoreStore } from '../../scripts/restore/store.ts';
import { hatcheck } from '../cli/run.ts';
import { fakeCloud } from '../scripts/deploy/fake-cloud.ts';
import { type LocalLambda, startLocalLambda } from '../support/local-lambda.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { addRole } from './roles.ts';

const AWS = '/usr/bin/aws';
const ADMIN = `arn:aws:iam::${BROKER_ACCOUNT}:role/administrator`;
/** Nobody looks at the ledger but when the test says so. */
const NEVER_MS = 3_600_000;
const LEDGER = 'hatcheck-dev-ledger';

const suite = existsSync(AWS) ? describe : describe.skip;

suite('a ledger that came back from a backup', () => {
  let folder: string;
  let lambda: LocalLambda;
  let stack: TestStack;
  let key: string;
  let byHand: DynamoDBClient;
  const known = { used: '', hold: '', later: '' };

  /** Where it was before: the address is part of what is signed. */
  let ports: Partial<StackOptions> = {};

  const start = async (): Promise<void> => {
    stack = await startTestStack({
      ...{ folder, ...ports },
      ledgerStreamIntervalMs: NEVER_MS,
      runs: (options) => lambda.over(startFunctions(options), (id) => options.functions[id]?.functionName ?? id),
    });
    const [gateway, oidc, saml] = [stack.origin, stack.oidc.issuer, stack.saml.entityId].map((url) =>
      Number(new URL(url).port),
    );
    ports = {
      ports: { gateway: gateway ?? 0, oidc: oidc ?? 0, saml: saml ?? 0, aws: 0, dynamodb: 0, slack: 0, teams: 0 },
    };
    addRole(stack, ADMIN, '*');
  };
  const ask = async (browser: Browser): Promise<string> => {
    const body = { entitlementId: 'prod-read', justification: 'Looking at logs', durationSeconds: 3600 };
    const { json } = await browser.call('POST', '/v1/requests', body);
    return (json['request'] as { id: string }).id;
  };
  const exported = async (): Promise<void> => {
    await stack.ledgerStream.poll();
    await stack.ledgerStream.poll();
    await stack.checkpoints.run();
    await stack.exports.run();
  };
  const issue = async (who: Browser, id: string) => {
    const { status, json } = await who.call('POST', `/v1/requests/${id}/credentials`, {});
    return { status, code: json['code'] };
  };
  const brought = (): string => join(folder, 'export');
  const aws = () => {
    const { accessKeyId, secretAccessKey, sessionToken } = stack.aws.credentialsFor(ADMIN, 'administrator');
    const environment = {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, AWS_ACCESS_KEY_ID: accessKeyId },
      ...{ AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    };
    return awsCli({ region: 'eu-west-1', environment, endpointOf: () => stack.aws.endpoint });
  };
  /** As an administrator, by what checks privileges; `puts`: dies before the next put after so many. */
  const clientOf = (puts = Infinity): DynamoDBClient => {
    const credentials = stack.aws.credentialsFor(ADMIN, 'administrator');
    const client = new DynamoDBClient({ endpoint: stack.aws.endpoint, region: 'eu-west-1', credentials });
    let left = puts;
    client.middlewareStack.add(
      (next) => (args) => {
        if ('Item' in args.input && left-- <= 0) throw new TypeError('the machine went down');
        return next(args);
      },
      { step: 'initialize' },
    );
    return client;
  };
  const ledger = () => dynamoLedger({ client: byHand, table: LEDGER });
  const inLedger = async (): Promise<readonly string[]> => {
    const { Items = [] } = await byHand.send(new ScanCommand({ TableName: LEDGER }));
    return Items.map((item) => JSON.stringify([item['stream'], item['seq'], item['hash']])).toSorted();
  };
  const filesIn = async (part: string): Promise<readonly string[]> =>
    (await readdir(join(brought(), part), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(brought(), join(entry.parentPath, entry.name)))
      .toSorted();

  const run = async ({ puts = Infinity, dryRun = false, by = key } = {}) => {
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    const caller = { account: BROKER_ACCOUNT, partition: 'aws', arn: ADMIN } as const;
    const options = { ...{ stage: 'dev', key: [by], checkpoint: [], export: brought() }, dryRun };
    const outcome = restore(options, {
      folder: process.cwd(),
      cloud: () =>
        fakeCloud({ caller, tables: ['hatcheck-dev-ledger', 'hatcheck-dev-index', 'hatcheck-dev-identity'] }),
      fence: () => ({
        lambda: lambda.lambda,
        functions: functionsOf(serverlessYml, 'dev'),
        pause: () => Promise.resolve(),
        say,
      }),
      store: (place) =>
        restoreStore({
          ...{ place, caller, aws: aws(), say, clock: systemClock, chance: systemChance, client: clientOf(puts) },
        }),
      asker: { ask: () => Promise.resolve('dev') },
      say,
    });
    return { code: await outcome, said };
  };
  let serverlessYml: string;

  beforeAll(async () => {
    serverlessYml = await readFile('serverless.yml', 'utf8');
    folder = await mkdtemp(join(tmpdir(), 'hatcheck-restore-'));
    lambda = await startLocalLambda((name) => functionsOf(serverlessYml, 'dev').some((each) => each.name === name));
    // Before the backup.
    await start();
    const engineer = await stack.signedIn('engineer@example.com');
    known.used = await ask(engineer);
    expect(await issue(engineer, known.used)).toMatchObject({ status: 200 });
    await exported();
    await stack.close();
    await cp(join(folder, 'dynamodb'), join(folder, 'backup'), { recursive: true });
    // What the backup does not know.
    await start();
    const security = await stack.signedIn('security@example.com');
    const held = { on: 'entitlement', entitlementId: 'payments-admin', reason: 'an incident' };
    known.hold = ((await security.call('POST', '/v1/holds', held)).json['hold'] as { id: string }).id;
    expect(await security.call('POST', `/v1/requests/${known.used}/revoke`, { reason: 'an incident' })).toMatchObject({
      status: 200,
    });
    known.later = await ask(await stack.signedIn('engineer@example.com'));
    await exported();
    await stack.close();
    // The disaster: all three tables are older, and have streams of their own.
    await rm(join(folder, 'dynamodb'), { recursive: true });
    await cp(join(folder, 'backup'), join(folder, 'dynamodb'), { recursive: true });
    for (const name of await readdir(folder)) if (name.startsWith('stream-')) await rm(join(folder, name));
    await start();
    byHand = new DynamoDBClient({
      ...{ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1' },
      credentials: { accessKeyId: 'by', secretAccessKey: 'hand' },
    });
    // The key that was noted elsewhere.
    await aws()(['s3', 'sync', `s3://hatcheck-dev-export-${BROKER_ACCOUNT}/keys`, join(folder, 'noted')]);
    key = join(folder, 'noted', certain((await readdir(join(folder, 'noted')))[0], 'a key was exported'));
  });

  afterAll(async () => {
    byHand.destroy();
    await stack.close();
    await lambda.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Signed in before anything is shut. */
  let engineer: Browser;

  test('says what it would do, and does nothing', async () => {
    engineer = await stack.signedIn('engineer@example.com');
    const { code, said } = await run({ dryRun: true });
    expect(code).toBe(0);
    expect(said.join('\n')).toContain(`s3://hatcheck-dev-export-${BROKER_ACCOUNT}`);
    expect([lambda.calls, existsSync(brought())]).toEqual([[], false]);
  });

  test('attack: of an export in which one letter is another nothing is put, and everything stays shut', async () => {
    await aws()(['s3', 'sync', `s3://hatcheck-dev-export-${BROKER_ACCOUNT}`, brought()]);
    const file = join(brought(), certain((await filesIn('events')).at(-1), 'there are events'));
    const text = await readFile(file, 'utf8');
    const { atime, mtime } = await stat(file);
    await writeFile(file, text.replace('request.revoked', 'request.revoker'));
    // As long and as old as before: what brings it down takes it for the same.
    await utimes(file, atime, mtime);
    expect(await readFile(file, 'utf8')).not.toBe(text);
    const before = await inLedger();
    expect(await run()).toMatchObject({ code: 1 });
    expect(await inLedger()).toEqual(before);
    expect((await issue(engineer, known.used)).status).toBeGreaterThanOrEqual(500);
    await rm(brought(), { recursive: true });
  });

  test('attack: by a key that did not sign it nothing is put', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = join(folder, 'other.pem');
    await writeFile(other, publicKey.export({ type: 'spki', format: 'pem' }));
    const before = await inLedger();
    expect(await run({ by: other })).toMatchObject({ code: 1 });
    expect(await inLedger()).toEqual(before);
  });

  test.each([0, 3])(
    'stays shut when the machine goes down after %i puts',
    async (puts) => {
      expect(await run({ puts })).toMatchObject({ code: 1 });
      expect((await issue(engineer, known.used)).status).toBeGreaterThanOrEqual(500);
    },
    120_000,
  );

  test('goes on where it stopped, and opens with everything held', async () => {
    const { code, said } = await run();
    expect([code, said.join('\n')]).toEqual([0, expect.stringContaining('everything is held')]);
    expect([...lambda.reserved]).toStrictEqual([]);
    engineer = await stack.signedIn('engineer@example.com');
    expect((await issue(engineer, known.later)).status).toBe(403);
    const control = await ledger().last('control');
    expect(control).toMatchObject({ type: 'hold.placed', data: { hold: { target: { on: 'all' }, by: 'restore' } } });
  });

  test('has every event of the export in its place, letter for letter', async () => {
    let count = 0;
    for (const name of await filesIn('events'))
      for (const line of (await readFile(join(brought(), name), 'utf8')).trimEnd().split('\n')) {
        const { canonical, hash, ...place } = certain(soundLine(line), 'it is a line of an export');
        const { Item } = await byHand.send(new GetItemCommand({ TableName: LEDGER, Key: keyOf(place) }));
        expect([Item?.['canonical']?.S, Item?.['hash']?.S]).toEqual([canonical, hash]);
        count += 1;
      }
    expect(count).toBeGreaterThan(5);
  });

  test('does nothing more when it is run again', async () => {
    const before = await inLedger();
    const { code, said } = await run();
    expect([code, said.join('\n')]).toEqual([0, expect.stringMatching(/\n0 events were put back[^]*held already/)]);
    expect(await inLedger()).toEqual(before);
  });

  test('has in force again what the backup did not know, once the hold on everything is lifted', async () => {
    const security = await stack.signedIn('security@example.com');
    const { json } = await security.call('GET', '/v1/holds');
    const holds = json['holds'] as readonly { id: string; on: string; reason: string }[];
    expect(holds.map(({ on }) => on)).toEqual(['entitlement', 'all']);
    expect(holds[0]?.id).toBe(known.hold);
    expect(holds[1]?.reason).toContain('restored');
    expect((await security.call('DELETE', `/v1/holds/${holds[1]?.id ?? ''}`)).status).toBe(200);
    engineer = await stack.signedIn('engineer@example.com');
    expect(await issue(engineer, known.used)).toEqual({ status: 403, code: 'revoked' });
    expect(await issue(engineer, known.later)).toMatchObject({ status: 200 });
  });

  test('signs and exports on, and all of it verifies: the export from its beginning, the ledger by an auditor', async () => {
    await exported();
    await aws()(['s3', 'sync', `s3://hatcheck-dev-export-${BROKER_ACCOUNT}`, brought()]);
    const verdict = await folderVerdict(brought(), { key: [key], checkpoint: [] });
    expect([verdict.firstBad, verdict.checkpoints, verdict.uncovered]).toEqual([undefined, 3, 0]);
    const env = { PATH: '/usr/bin:/bin', HOME: join(folder, 'auditor'), HATCHECK_SERVER: stack.origin };
    const token = join(folder, 'token');
    await writeFile(token, await stack.oidc.idToken('auditor@example.com'), { mode: 0o600 });
    expect(await hatcheck(['login', '--token-file', token], env)).toMatchObject({ code: 0 });
    expect(await hatcheck(['audit', 'verify', '--checkpoints', '0..', '--key', key], env)).toMatchObject({ code: 0 });
  });
});
