import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import {
  approved,
  approver,
  ask,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  submitted,
} from '../support/builders.ts';
import { type FakeBroker, startBroker } from './broker.ts';
import { type Run, hatcheck } from './run.ts';

const { requestId } = ask();
const { roleArn } = entitlement();
const intent = intended(noon(60));
const issued = recorded(
  'credentials.issued',
  { intent: intent.eventId, accessKeyId: 'ASIA1', expiration: noon(960) },
  { by: engineer, at: noon(61) },
);

const storedEvents = (events: readonly RecordedEvent[]): readonly StoredEvent[] =>
  events.reduce<readonly StoredEvent[]>(
    (before, event) => [...before, seal(before.at(-1), `request#${requestId}`, event)],
    [],
  );

/** As `GET /v1/requests/{id}` answers, with members that nobody here reads. */
const answer = (...events: readonly RecordedEvent[]) => ({
  request: {
    ...{ id: requestId, entitlementId: 'prod-admin', roleArn, createdAt: noon(0), status: 'approved', seq: 3 },
    requester: { handle: engineer.handle, displayName: 'engineer' },
    grant: { state: 'ended', startsAt: noon(1), endsAt: noon(3601) },
  },
  events: storedEvents([submitted(), approved(approver, noon(1)), ...events]),
});

const trail = (accessKeyId: string, seconds = 61) => ({
  ...{ eventID: `call of ${accessKeyId}`, eventTime: noon(seconds), eventSource: 'sts.amazonaws.com' },
  eventName: 'AssumeRole',
  requestParameters: { roleArn, roleSessionName: 'engineer', sourceIdentity: engineer.handle },
  responseElements: { credentials: { accessKeyId, sessionToken: 'HIDDEN_DUE_TO_SECURITY_REASONS' } },
});
const did = (eventName: string, seconds: number) => ({
  ...{ eventID: `${eventName} ${seconds}`, eventTime: noon(seconds), eventSource: 's3.amazonaws.com', eventName },
  userIdentity: { type: 'AssumedRole', accessKeyId: 'ASIA1' },
});
/** Nobody's, long after: so that CloudTrail is known to go on. */
const later = { ...did('ListBuckets', 9000), userIdentity: { type: 'AWSService' } };

let folder: string;
let broker: FakeBroker;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-audit-'));
  broker = await startBroker();
  const tokens = { access_token: 'token', issued_token_type: 'x', token_type: 'Bearer', expires_in: 900 };
  broker.answer('POST /oauth/token', { status: 200, json: tokens });
  broker.answer('GET /v1/me', {
    status: 200,
    json: { principal: { handle: engineer.handle, email: 'a@example.com' } },
  });
  const idToken = put('id-token', 'aaaa.bbbb.cccc');
  expect(await run('login', '--token-file', idToken)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

const put = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};
const run = (...args: readonly string[]): Promise<Run> =>
  hatcheck(args, { HATCHECK_CONFIG_DIR: join(folder, 'config'), HATCHECK_SERVER: broker.origin });
const recordOf = (...events: readonly RecordedEvent[]): string =>
  put('record.ndjson', `${JSON.stringify(answer(...events))}\n`);
const delivered = (...records: readonly object[]): string =>
  put('trail.json.gz', gzipSync(JSON.stringify({ Records: records })));

describe('hatcheck audit export', () => {
  const [used, unused] = [answer(intent, issued), answer()];

  beforeEach(() => {
    const page = (id: string, nextCursor?: string) => ({
      ...{ status: 200, json: { requests: [{ id }], ...(nextCursor === undefined ? {} : { nextCursor }) } },
    });
    broker.answer('GET /v1/requests?as=auditor&limit=200', page(requestId, 'next'));
    broker.answer('GET /v1/requests?as=auditor&limit=200&cursor=next', page('r_BBBBBBBBBBBBBBBBBBBBBBBBBB'));
    broker.answer(`GET /v1/requests/${requestId}`, { status: 200, json: used });
    broker.answer('GET /v1/requests/r_BBBBBBBBBBBBBBBBBBBBBBBBBB', { status: 200, json: unused });
  });

  test('reads page by page, and prints each request as the server answers it', async () => {
    const { code, stdout } = await run('audit', 'export');
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([used, unused]);
  });

  test('whoever is refused hears it, and gets nothing', async () => {
    const refusal = { status: 403, json: { code: 'not_eligible', detail: 'no' } };
    broker.answer('GET /v1/requests?as=auditor&limit=200', refusal);
    expect(await run('audit', 'export')).toMatchObject({ code: 1, stdout: '' });
  });

  test('is what the other commands ask for when they have no file', async () => {
    const cloudtrail = delivered(trail('ASIA1'), later);
    expect(await run('audit', 'reconcile', '--cloudtrail', cloudtrail)).toMatchObject({ code: 0 });
  });
});

describe('hatcheck audit reconcile', () => {
  test('says that every session has its intent, and every intent its session', async () => {
    const [record, cloudtrail] = [recordOf(intent, issued), delivered(trail('ASIA1'), later)];
    const { code, stdout } = await run('audit', 'reconcile', '--record', record, '--cloudtrail', cloudtrail);
    expect([code, stdout]).toEqual([
      0,
      `ok: 0 differences between 0 intents and 1 session, ${noon(61)} to ${noon(9000)}\n`,
    ]);
  });

  test('fails when a session was opened that nobody decided about', async () => {
    const [record, cloudtrail] = [recordOf(intent, issued), delivered(trail('ASIA1'), trail('ASIA2', 70), later)];
    const { code, stdout } = await run('audit', 'reconcile', '--json', '--record', record, '--cloudtrail', cloudtrail);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      { differences: [{ kind: 'session_without_intent', call: 'call of ASIA2', roleArn }] },
    ]);
  });

  test('sees a role that is lent and has no request on record only when it is named', async () => {
    const strange = { ...trail('ASIA3'), requestParameters: { roleArn: `${roleArn}2` } };
    const args = ['audit', 'reconcile', '--record', recordOf(), '--cloudtrail', delivered(strange, later)];
    expect(await run(...args)).toMatchObject({ code: 0 });
    expect(await run(...args, '--role', `${roleArn}2`)).toMatchObject({ code: 1 });
  });

  test('a record that somebody changed is not compared', async () => {
    const changed = JSON.stringify(answer(intent, issued)).replace('ASIA1', 'ASIA2');
    const args = ['--record', put('changed.ndjson', changed), '--cloudtrail', delivered(trail('ASIA2'), later)];
    const { code, stderr } = await run('audit', 'reconcile', ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is not as it was written')]);
  });

  test('what may still come is not missed', async () => {
    const now = new Date().toISOString();
    const young = put('young.ndjson', `${JSON.stringify({ ...trail('ASIA1'), eventTime: now })}\n`);
    const { code, stderr } = await run('audit', 'reconcile', '--record', recordOf(), '--cloudtrail', young);
    expect([code, stderr]).toEqual([2, expect.stringContaining('younger than two hours')]);
  });

  test('reads what lookup-events answers, and counts a record once', async () => {
    const Events = [trail('ASIA1'), later].map((event) => ({ CloudTrailEvent: JSON.stringify(event) }));
    const files = [put('lookup.json', JSON.stringify({ Events })), delivered(trail('ASIA1'))];
    const args = ['--json', '--record', recordOf(intent, issued), '--cloudtrail', ...files];
    const { code, stdout } = await run('audit', 'reconcile', ...args);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { compared: { sessions: 1 } }]);
  });

  test('refuses a file that CloudTrail did not write', async () => {
    const other = put('other.json', '{"some": "thing"}');
    const args = ['audit', 'reconcile', '--record', recordOf(), '--cloudtrail', other];
    expect(await run(...args)).toMatchObject({ code: 2 });
  });
});

describe('hatcheck review', () => {
  const ACCESS = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
entitlements:
  prod-admin:
    role: { account: prod, path: /hatcheck/, name: Admin }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
  never-asked:
    role: { account: prod, path: /hatcheck/, name: ReadOnly }
    requesters: { groups: [engineering] }
    approval: auto
    maxDuration: 1h
`;
  const review = (...args: readonly string[]): Promise<Run> =>
    run('review', '--policy', put('access.yml', ACCESS), '--record', recordOf(intent, issued), ...args);

  test('tells a person what nobody uses, and what was given and hardly used', async () => {
    const cloudtrail = delivered(did('GetObject', 120), later);
    const { code, stdout } = await review('--unused-for', '9999d', '--cloudtrail', cloudtrail);
    expect(code).toBe(0);
    expect(stdout).toContain('1 entitlement that nobody used for 9999 days');
    expect(stdout).toContain(
      'never-asked (arn:aws:iam::111122223333:role/hatcheck/ReadOnly): never used; eligible: okta:engineering',
    );
    expect(stdout).toContain(`${requestId} prod-admin: 2 of 60 min, 1 session: s3:GetObject`);
  });

  test('writes it for a spreadsheet, with a header and a row a finding', async () => {
    const { code, stdout } = await review('--unused-for', '9999d', '--format', 'csv');
    const [header = '', ...rows] = stdout.split('\r\n');
    expect([code, header.split(',').slice(0, 3)]).toEqual([0, ['finding', 'entitlement', 'role']]);
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([
      ['entitlement_unused', 'never-asked'],
      ['grant_little_used', 'prod-admin'],
      [''],
    ]);
  });

  test('for a program as JSON', async () => {
    const { code, stdout } = await review('--unused-for', '9999d', '--format', 'json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { unusedEntitlements: [{ entitlementId: 'never-asked' }] }]);
  });

  test.each(['90', '0d', '-1d', '90 days'])('wants a number of days, not %s', async (days) => {
    expect(await review(`--unused-for=${days}`)).toMatchObject({ code: 2 });
  });
});
