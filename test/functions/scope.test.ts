import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accessPolicy } from '../../lib/config/access.ts';
import { startBroker, type TestBroker, type TestReply } from '../support/broker.ts';
import { testAccess } from '../support/config.ts';

const entitlements = testAccess.entitlements.map((each) =>
  each.id === 'payments-admin' ? each : { ...each, scope: true as const },
);
const scope = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::prod-reports/*'] };
const asked = {
  ...{ entitlementId: 'prod-admin', justification: 'Reading one report', durationSeconds: 1800, ticket: 'OPS-1' },
  scope,
};

let broker: TestBroker;
let engineer: string;
let lead: string;
beforeAll(async () => {
  broker = await startBroker({ policy: accessPolicy({ ...testAccess, entitlements }).policy });
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  lead = await broker.signIn('lead', ['sre-leads']);
});
afterAll(() => broker.close());

const ask = (body: object = asked, key?: string): Promise<TestReply> =>
  broker.call(engineer, 'POST', '/v1/requests', body, key === undefined ? {} : { 'idempotency-key': key });

describe('a request for a part of a role', () => {
  test('is shown in words to whoever says yes, in the list too, and lends no more than that', async () => {
    const { request } = (await ask()).json;
    const shown = { ...scope, words: ['s3: GetObject', 'on prod-reports/* of s3'] };
    const waiting = await broker.call(lead, 'GET', '/v1/requests?as=approver&status=pending');
    expect(waiting.json.requests.find(({ id }) => id === request.id)?.scope).toEqual(shown);
    const approved = await broker.call(lead, 'POST', `/v1/requests/${request.id}/approve`);
    expect(approved.json.request.scope).toEqual(shown);

    const { json } = await broker.call(engineer, 'POST', `/v1/requests/${request.id}/credentials`);
    const credentials = {
      accessKeyId: json.AccessKeyId,
      secretAccessKey: json.SecretAccessKey,
      sessionToken: json.SessionToken,
    };
    const where = { region: 'eu-west-1', endpoint: broker.aws.endpoint, forcePathStyle: true, maxAttempts: 1 };
    const s3 = new S3Client({ ...where, credentials });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'prod-reports', Key: 'hello.txt' }));
    expect(await Body?.transformToString()).toBe('hello from prod\n');
    const ledgerFile = new GetObjectCommand({ Bucket: 'prod-payments', Key: 'ledger.csv' });
    await expect(s3.send(ledgerFile)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('said again with its key is the same; another scope is a conflict, and so is none', async () => {
    const first = await ask(asked, 'the-key');
    expect((await ask(asked, 'the-key')).json.request.id).toBe(first.json.request.id);
    const whole = { ...asked, scope: undefined };
    const other = { ...asked, scope: { ...scope, resources: ['*'] } };
    for (const body of [whole, other]) expect((await ask(body, 'the-key')).json.code).toBe('idempotency_conflict');
  });

  test('is offered where access.yml says so', async () => {
    const { json } = await broker.call(engineer, 'GET', '/v1/entitlements');
    expect(json.entitlements.map(({ id, scope: may }) => [id, may])).toEqual([
      ['payments-admin', false],
      ['prod-admin', true],
      ['prod-read', true],
    ]);
  });

  test.each<[string, object, string, string]>([
    [
      'of an entitlement that is asked for whole',
      { entitlementId: 'payments-admin', ticket: undefined },
      '/scope',
      'not_allowed',
    ],
    ['of every service', { scope: { ...scope, actions: ['*'] } }, '/scope/actions/0', 'invalid_format'],
    [
      'of another account',
      { scope: { ...scope, resources: ['arn:aws:sqs:eu-west-1:999988887777:q'] } },
      '/scope/resources/0',
      'invalid_format',
    ],
    ['of nothing', { scope: { ...scope, actions: [] } }, '/scope/actions', 'too_small'],
    [
      'with a member that is none',
      { scope: { ...scope, notActions: ['s3:*'] } },
      '/scope/notActions',
      'unknown_member',
    ],
    [
      'too long for AWS',
      { scope: { ...scope, resources: [`arn:aws:s3:::${'x'.repeat(500)}`, `arn:aws:s3:::${'y'.repeat(500)}`] } },
      '/scope',
      'too_long',
    ],
  ])('%s is refused, with its place', async (_what, changes, pointer, code) => {
    const { status, json } = await ask({ ...asked, ...changes });
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(json.errors).toMatchObject([{ pointer, code }]);
  });

  test('of a dry run is a rule like any other', async () => {
    const { json } = await broker.call(engineer, 'POST', '/v1/requests?dryRun=true', asked);
    expect(json.decision.rules).toContainEqual(expect.objectContaining({ rule: 'scope', outcome: 'satisfied' }));
  });
});
