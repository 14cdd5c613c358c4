import { afterEach, describe, expect, test } from '@jest/globals';
import type { Browser } from '../../local/browser.ts';
import type { LocalStack } from '../../local/template.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack | undefined;
afterEach(async () => {
  await stack?.close();
  stack = undefined;
});

/** The compiled stack with one statement less in one role, as a wrong serverless.yml would give it. */
const without =
  (roleId: string, sid: string) =>
  (compiled: LocalStack): LocalStack => {
    const role = compiled.roles[roleId];
    if (!role) throw new Error(`no role ${roleId}`);
    let removed = 0;
    const policies = role.policies.map(({ name, document }) => {
      const { Statement, ...rest } = document as { Statement: { Sid?: string }[] };
      const kept = Statement.filter((statement) => statement.Sid !== sid);
      removed += Statement.length - kept.length;
      return { name, document: { ...rest, Statement: kept } };
    });
    if (removed !== 1) throw new Error(`${roleId} has ${removed} statements called ${sid}`);
    return { ...compiled, roles: { ...compiled.roles, [roleId]: { ...role, policies } } };
  };

const start = async (alter: (compiled: LocalStack) => LocalStack): Promise<Browser> => {
  stack = await startTestStack({ alter });
  return stack.signedIn('engineer@example.com');
};

const askToRead = (engineer: Browser) =>
  engineer.call('POST', '/v1/requests', {
    entitlementId: 'prod-read',
    justification: 'Looking at logs',
    durationSeconds: 900,
  });

const denied = () => stack?.aws.calls.filter(({ decision }) => decision !== 'allowed') ?? [];

describe('a privilege too few is felt', () => {
  test('credentials may not assume the target role: 503, and the record says that AWS said no', async () => {
    const engineer = await start(without('CredentialsRole', 'OpenRoleSessions'));
    const { id } = (await askToRead(engineer)).json['request'] as { id: string };
    const { status, json } = await engineer.call('POST', `/v1/requests/${id}/credentials`);
    expect([status, json['code']]).toEqual([503, 'aws_unavailable']);
    expect(json).not.toHaveProperty('SecretAccessKey');
    const read = await engineer.call('GET', `/v1/requests/${id}`);
    expect((read.json['events'] as { type: string }[]).map(({ type }) => type)).toEqual([
      'request.submitted',
      'credentials.intended',
      'credentials.failed',
    ]);
    expect(denied()).toContainEqual(expect.objectContaining({ service: 'sts', action: 'sts:AssumeRole' }));
  });

  test('credentials may not write the intent: 503, and STS is never called', async () => {
    const engineer = await start(without('CredentialsRole', 'AppendIntentsAndOutcomes'));
    const { id } = (await askToRead(engineer)).json['request'] as { id: string };
    const { status, json } = await engineer.call('POST', `/v1/requests/${id}/credentials`);
    expect([status, json['code']]).toEqual([503, 'ledger_unavailable']);
    expect(stack?.aws.calls.filter(({ action }) => action === 'sts:AssumeRole')).toStrictEqual([]);
    expect(denied()).toContainEqual(expect.objectContaining({ service: 'dynamodb', action: 'dynamodb:PutItem' }));
  });

  test('on-revocation may not assume the revoker role: the session goes on, and the operator is told', async () => {
    const engineer = await start(without('OnRevocationRole', 'WriteBoundaries'));
    const asked = await engineer.call('POST', '/v1/requests', {
      ...{ entitlementId: 'prod-admin', justification: 'Looking at logs', durationSeconds: 900, ticket: 'OPS-1' },
    });
    const { id } = asked.json['request'] as { id: string };
    const approver = await stack?.signedIn('approver@example.com');
    expect((await approver?.call('POST', `/v1/requests/${id}/approve`))?.status).toBe(200);
    expect((await engineer.call('POST', `/v1/requests/${id}/credentials`)).status).toBe(200);
    expect((await approver?.call('POST', `/v1/requests/${id}/revoke`, { reason: 'An incident' }))?.status).toBe(200);
    await stack?.ledgerStream.poll();
    await Promise.all(stack?.queues.map((queue) => queue.poll()) ?? []);
    expect(denied()).toContainEqual(
      expect.objectContaining({ action: 'sts:AssumeRole', resource: expect.stringContaining('hatcheck-revoker') }),
    );
    expect(stack?.logged.filter((line) => line.includes(`the sessions of ${id} are not ended`))).toHaveLength(1);
    const { json } = await engineer.call('GET', `/v1/requests/${id}`);
    expect(json['request']).not.toHaveProperty('sessionsEnded');
  });

  test('requests may not append: 503, and there is no request', async () => {
    const engineer = await start(without('RequestsRole', 'AppendToRequests'));
    const { status, json } = await askToRead(engineer);
    expect([status, json['code']]).toEqual([503, 'ledger_unavailable']);
    expect((await engineer.call('GET', '/v1/requests')).json).toEqual({ requests: [] });
  });

  test('signin may not keep sessions: nobody is signed in', async () => {
    const engineer = await start(without('SigninRole', 'Sessions'));
    expect((await engineer.call('GET', '/v1/me')).status).toBe(401);
    expect(denied()).toContainEqual(expect.objectContaining({ service: 'dynamodb' }));
  });
});
