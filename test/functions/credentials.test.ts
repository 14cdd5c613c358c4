import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/credentials.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { answers } from '../../lib/http/answers.ts';
import { startBroker, type TestBroker, type TestJson, type TestReply } from '../support/broker.ts';
import { testEntitlement } from '../support/config.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';

let broker: TestBroker;
let engineer: string;
let approver: string;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.close();
});
beforeEach(async () => {
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  approver = await broker.signIn('approver', ['sre-leads']);
});

const ask = async (token = engineer, more: object = {}): Promise<string> => {
  const body = {
    entitlementId: 'prod-admin',
    justification: 'The queue is stuck.',
    durationSeconds: 1800,
    ticket: 'OPS-1',
    ...more,
  };
  return (await broker.call(token, 'POST', '/v1/requests', body)).json.request.id;
};
const approved = async (more: object = {}): Promise<string> => {
  const id = await ask(engineer, more);
  expect((await broker.call(approver, 'POST', `/v1/requests/${id}/approve`)).status).toBe(200);
  return id;
};
const issue = (id: string, token: string | undefined = engineer): Promise<TestReply> =>
  broker.call(token, 'POST', `/v1/requests/${id}/credentials`);

const types = async (id: string): Promise<string[]> =>
  (await broker.ledger.read(`request#${id}`)).map(({ type }) => type);
const refusals = async (id: string): Promise<unknown[]> =>
  (await broker.ledger.read(`refusals#${id}`)).map((event) =>
    event.type === 'credentials.refused' ? event.data.code : event.type,
  );

const awsOptions = (json: TestJson) => ({
  region: 'eu-west-1',
  endpoint: broker.aws.endpoint,
  credentials: {
    accessKeyId: json.AccessKeyId,
    secretAccessKey: json.SecretAccessKey,
    sessionToken: json.SessionToken,
  },
});

describe('credentials of an approved request', () => {
  test('are what credential_process reads, are not to be stored, and work', async () => {
    const id = await approved();
    const { status, json, headers } = await issue(id);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(answers.Credentials().safeParse(json).error).toBeUndefined();
    expect(Object.keys(json).sort()).toEqual([
      'AccessKeyId',
      'Expiration',
      'SecretAccessKey',
      'SessionToken',
      'Version',
    ]);
    const identity = await new STSClient(awsOptions(json)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toMatch(
      /^arn:aws:sts::111122223333:assumed-role\/Admin\/engineer@example\.com=[A-Za-z0-9_-]{8}$/,
    );
    const { Buckets } = await new S3Client({ ...awsOptions(json), forcePathStyle: true }).send(
      new ListBucketsCommand({}),
    );
    expect(Buckets?.length).toBeGreaterThan(0);
  });

  test('the ledger has the intent before and the outcome after, and no secret', async () => {
    const id = await approved();
    const { json } = await issue(id);
    expect(await types(id)).toEqual([
      'request.submitted',
      'request.approved',
      'credentials.intended',
      'credentials.issued',
    ]);
    const [, , intended, issued] = await broker.ledger.read(`request#${id}`);
    expect(issued?.data).toEqual({
      intent: intended?.eventId,
      accessKeyId: json.AccessKeyId,
      expiration: json.Expiration,
    });
    const all = JSON.stringify(await broker.ledger.read(`request#${id}`));
    expect(all).not.toContain(json.SecretAccessKey);
    expect(all).not.toContain(json.SessionToken);
  });

  test('expire no later than the grant', async () => {
    const id = await approved({ durationSeconds: 600 });
    const { json } = await issue(id);
    const { json: shown } = await broker.call(engineer, 'GET', `/v1/requests/${id}`);
    expect(Date.parse(json.Expiration)).toBeLessThanOrEqual(Date.parse(shown.request.grant!.endsAt));
  });
});

describe('the three checks at every issue', () => {
  test('nobody signed in is 401, a forged token too', async () => {
    const id = await approved();
    const anonymous = await issue(id, '');
    expect([anonymous.status]).toEqual([401]);
    const forged = await issue(id, `${engineer.slice(0, -4)}AAAA`);
    expect([forged.status, forged.json.code]).toEqual([401, 'invalid_token']);
    expect(forged.headers['www-authenticate']).toContain('invalid_token');
    expect(await refusals(id)).toStrictEqual([]);
  });

  test('somebody else’s request is 404, and leaves no trace', async () => {
    const id = await approved();
    const outsider = await broker.signIn('outsider', ['engineering']);
    const { status, json } = await issue(id, outsider);
    expect([status, json.code]).toEqual([404, 'not_found']);
    expect(await refusals(id)).toStrictEqual([]);
  });

  test('an approver who may read it is 403, on record', async () => {
    const id = await approved();
    const { status, json } = await issue(id, approver);
    expect([status, json.code]).toEqual([403, 'not_the_requester']);
    expect(await refusals(id)).toEqual(['not_the_requester']);
  });

  test('not approved is 403, on record, once a minute', async () => {
    const id = await ask();
    for (let i = 0; i < 3; i += 1) {
      const { status, json } = await issue(id);
      expect([status, json.code]).toEqual([403, 'not_approved']);
    }
    expect(await refusals(id)).toEqual(['not_approved']);
    expect(await types(id)).toEqual(['request.submitted']);
  });

  test('revoked is 403, on record', async () => {
    const id = await approved();
    expect((await issue(id)).status).toBe(200);
    await broker.call(approver, 'POST', `/v1/requests/${id}/revoke`, { reason: 'Over.' });
    const { status, json } = await issue(id);
    expect([status, json.code]).toEqual([403, 'revoked']);
    expect(await refusals(id)).toEqual(['revoked']);
  });

  test('ended, or its window over, is 403 grant_over', async () => {
    const ended = await approved();
    await broker.call(engineer, 'POST', `/v1/requests/${ended}/end`);
    expect((await issue(ended)).json.code).toBe('grant_over');
    const lapsed = await approved({ durationSeconds: 60 });
    broker.clock.advance(61);
    try {
      expect((await issue(lapsed)).json.code).toBe('grant_over');
    } finally {
      broker.clock.advance(-61);
    }
  });

  test('a window that has not begun is 403 not_started', async () => {
    const id = await approved({ startAt: new Date(Date.now() + 3600_000).toISOString() });
    const { status, json } = await issue(id);
    expect([status, json.code]).toEqual([403, 'not_started']);
  });

  test('whoever has left the group is 403 not_eligible, though it was approved', async () => {
    const id = await approved();
    const moved = await broker.signIn('engineer', ['marketing']);
    const { status, json } = await issue(id, moved);
    expect([status, json.code]).toEqual([403, 'not_eligible']);
    expect(await refusals(id)).toEqual(['not_eligible']);
  });

  test('groups that are too old send the requester to sign in again', async () => {
    const id = await approved();
    const stale = await broker.signIn('engineer', ['engineering', 'sre'], {
      groupsAt: new Date(Date.now() - 4 * 3600_000 - 1000).toISOString(),
    });
    const { status, json } = await issue(id, stale);
    expect([status, json.code, json.loginUrl]).toEqual([403, 'step_up_required', '/login?stepUp=fresh']);
  });

  test('regression 3: a role that is no longer what was approved is 403 policy_changed', async () => {
    const id = await approved();
    const before = broker.config.policy.entitlements.get('prod-admin')!;
    const entitlements = new Map(broker.config.policy.entitlements).set('prod-admin', {
      ...before,
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/SuperAdmin',
    });
    const changed = create(
      { ...broker.config, policy: { ...broker.config.policy, entitlements } },
      { clock: broker.clock, chance: systemChance, logger: silentLogger },
    );
    const event = httpEvent({
      method: 'POST',
      path: `/v1/requests/${id}/credentials`,
      routeKey: 'POST /v1/requests/{id}/credentials',
      headers: { authorization: `Bearer ${engineer}` },
    });
    const { statusCode, body } = await changed(event);
    expect([statusCode, (JSON.parse(body ?? '') as TestJson).code]).toEqual([403, 'policy_changed']);
  });
});

test('too many issues within the hour are 429, with when to come back', async () => {
  const limited = await startBroker();
  try {
    const { entitlements } = limited.config.policy;
    const policy = {
      ...limited.config.policy,
      entitlements: new Map(entitlements).set(
        'prod-read',
        testEntitlement({ id: 'prod-read', limits: { issuesPerHour: 2 } }),
      ),
    };
    const handler = create(
      { ...limited.config, policy },
      { clock: limited.clock, chance: systemChance, logger: silentLogger },
    );
    const token = await limited.signIn('engineer', ['engineering']);
    const { json } = await limited.call(token, 'POST', '/v1/requests', {
      entitlementId: 'prod-read',
      justification: 'Looking at logs',
      durationSeconds: 900,
    });
    const event = httpEvent({
      method: 'POST',
      path: `/v1/requests/${json.request.id}/credentials`,
      routeKey: 'POST /v1/requests/{id}/credentials',
      headers: { authorization: `Bearer ${token}` },
    });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await handler(event)).statusCode);
    expect(statuses).toEqual([200, 200, 429]);
    const { headers = {} } = await handler(event);
    expect(Number(Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1])).toBeGreaterThan(
      3500,
    );
  } finally {
    await limited.close();
  }
});

describe('the console', () => {
  test('gives a URL for fifteen minutes at most, and has it on record', async () => {
    const id = await approved();
    const { status, json, headers } = await broker.call(engineer, 'POST', `/v1/requests/${id}/console`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(answers.ConsoleUrl().safeParse(json).error).toBeUndefined();
    expect(Date.parse(json.expiresAt) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    expect((await types(id)).slice(-3)).toEqual(['credentials.intended', 'credentials.issued', 'console.issued']);
    expect(JSON.stringify(await broker.ledger.read(`request#${id}`))).not.toContain(
      new URL(json.url).searchParams.get('SigninToken'),
    );
  });

  test('is refused like credentials, and says for what on record', async () => {
    const id = await ask();
    const { status, json } = await broker.call(engineer, 'POST', `/v1/requests/${id}/console`, {});
    expect([status, json.code]).toEqual([403, 'not_approved']);
    const [refusal] = await broker.ledger.read(`refusals#${id}`);
    expect(refusal?.data).toMatchObject({ purpose: 'console' });
  });

  test.each([
    'https://evil.example.com/',
    '//evil.example.com',
    'javascript:alert(1)',
    'https://console.aws.amazon.com@evil.example.com/',
    's3/../../evil',
    's3@evil.example.com',
    'S3',
    '',
    '__proto__',
    's3?region=x',
    '/console/home',
  ])('open redirect by destination %j is refused before anything is opened', async (destination) => {
    const id = await approved();
    const { status, json } = await broker.call(engineer, 'POST', `/v1/requests/${id}/console`, { destination });
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(await types(id)).toEqual(['request.submitted', 'request.approved']);
  });

  test.each(['eu-west-1&x=y', 'EU-WEST-1', 'eu-west-1.evil.example', '', 'x'.repeat(60)])(
    'open redirect by region %j is refused before anything is opened',
    async (region) => {
      const id = await approved();
      const { status, json } = await broker.call(engineer, 'POST', `/v1/requests/${id}/console`, { region });
      expect([status, json.code]).toEqual([400, 'invalid_input']);
      expect(await types(id)).toEqual(['request.submitted', 'request.approved']);
    },
  );

  test('a form gets its 303 once: again, or twice at a time, it gets nothing, and another form does', async () => {
    const id = await approved();
    const once = (value: string) => broker.call(engineer, 'POST', `/v1/requests/${id}/console`, { once: value });
    const both = await Promise.all([once('a'.repeat(22)), once('a'.repeat(22))]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const third = await once('a'.repeat(22));
    expect([third.status, third.json.code]).toEqual([409, 'already_decided']);
    expect((await once('b'.repeat(22))).status).toBe(200);
    expect((await types(id)).filter((type) => type === 'console.issued')).toHaveLength(2);
  });

  test('leads to the page of a service by its name', async () => {
    const id = await approved();
    const { json } = await broker.call(engineer, 'POST', `/v1/requests/${id}/console`, { destination: 's3' });
    const destination = new URL(new URL(json.url).searchParams.get('Destination') ?? '');
    expect([destination.origin, destination.pathname]).toEqual([broker.aws.consoleOrigin, '/s3/home']);
  });
});
