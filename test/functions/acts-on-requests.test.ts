import { describe, expect, test } from '@jest/globals';
import { broker, engineer, approver, security, auditor, outsider, ask, asked } from './requests-scene.ts';

describe('whoever may not read a request', () => {
  test.each([
    ['GET', ''],
    ['POST', '/approve'],
    ['POST', '/cancel'],
    ['POST', '/end'],
    ['POST', '/credentials'],
    ['POST', '/console'],
  ])('gets 404 for %s %s, as for one that does not exist', async (method, act) => {
    const id = await asked();
    const theirs = await broker.call(outsider, method, `/v1/requests/${id}${act}`);
    const nobodys = await broker.call(outsider, method, `/v1/requests/r_${'A'.repeat(26)}${act}`);
    expect([theirs.status, theirs.json.code]).toEqual([404, 'not_found']);
    expect({ ...theirs.json, instance: '' }).toEqual({ ...nobodys.json, instance: '' });
  });

  test.each(['deny', 'revoke'])('gets 404 for POST /%s with a reason', async (act) => {
    const id = await asked();
    const { status } = await broker.call(outsider, 'POST', `/v1/requests/${id}/${act}`, { reason: 'no' });
    expect(status).toBe(404);
  });
});

describe('acting on a request', () => {
  test('an approval with less time is what is granted', async () => {
    const id = await asked();
    const { status, json } = await broker.call(approver, 'POST', `/v1/requests/${id}/approve`, {
      comment: 'Half will do.',
      durationSeconds: 900,
    });
    expect(status).toBe(200);
    expect(json.request).toMatchObject({ status: 'approved', durationSeconds: 1800, grantedSeconds: 900 });
    expect(json.request.stages[0]?.approvals[0]).toMatchObject({
      approver: { displayName: 'approver' },
      comment: 'Half will do.',
    });
  });

  test('the same approver again changes nothing, and more time is refused', async () => {
    const id = await asked();
    const more = await broker.call(approver, 'POST', `/v1/requests/${id}/approve`, { durationSeconds: 1801 });
    expect([more.status, more.json.code]).toEqual([400, 'invalid_input']);
    const first = await broker.call(approver, 'POST', `/v1/requests/${id}/approve`);
    const again = await broker.call(approver, 'POST', `/v1/requests/${id}/approve`, {});
    expect([again.status, again.json.request.seq]).toEqual([200, first.json.request.seq]);
  });

  test('two stages need two people, in order, and it stays pending between them', async () => {
    const id = await asked({ entitlementId: 'payments-admin', ticket: undefined });
    const early = await broker.call(security, 'POST', `/v1/requests/${id}/approve`);
    expect([early.status, early.json.code]).toEqual([403, 'not_an_approver']);
    const first = await broker.call(approver, 'POST', `/v1/requests/${id}/approve`);
    expect(first.json.request).toMatchObject({ status: 'pending', approvalsNeeded: 1 });
    const second = await broker.call(security, 'POST', `/v1/requests/${id}/approve`);
    expect(second.json.request).toMatchObject({ status: 'approved', approvalsNeeded: 0 });
  });

  test('self-approval is refused, also for a requester who is in the approving group', async () => {
    const lead = await broker.signIn('lead', ['sre', 'sre-leads']);
    const { json } = await broker.call(lead, 'POST', '/v1/requests', ask);
    const own = await broker.call(lead, 'POST', `/v1/requests/${json.request.id}/approve`);
    expect([own.status, own.json.code]).toEqual([403, 'self_approval']);
    const id = await asked();
    const outright = await broker.call(engineer, 'POST', `/v1/requests/${id}/approve`);
    expect([outright.status, outright.json.code]).toEqual([403, 'self_approval']);
  });

  test('a reader who may not act gets 403', async () => {
    const id = await asked();
    const approve = await broker.call(auditor, 'POST', `/v1/requests/${id}/approve`);
    const cancel = await broker.call(approver, 'POST', `/v1/requests/${id}/cancel`);
    const end = await broker.call(approver, 'POST', `/v1/requests/${id}/end`);
    const credentials = await broker.call(auditor, 'POST', `/v1/requests/${id}/credentials`);
    expect([approve, cancel, end, credentials].map(({ status, json }) => [status, json.code])).toEqual([
      [403, 'not_an_approver'],
      [403, 'not_the_requester'],
      [403, 'not_the_requester'],
      [403, 'not_the_requester'],
    ]);
  });

  test('a workload in an approving group never approves', async () => {
    const bot = await broker.signIn('bot', ['sre-leads'], { kind: 'workload' });
    const id = await asked();
    const { status } = await broker.call(bot, 'POST', `/v1/requests/${id}/approve`);
    expect(status).toBe(404);
  });

  test('acting in the wrong status is 409', async () => {
    const id = await asked();
    const end = await broker.call(engineer, 'POST', `/v1/requests/${id}/end`);
    const revoke = await broker.call(approver, 'POST', `/v1/requests/${id}/revoke`, { reason: 'too early' });
    await broker.call(approver, 'POST', `/v1/requests/${id}/deny`, { reason: 'Not now.' });
    const cancel = await broker.call(engineer, 'POST', `/v1/requests/${id}/cancel`);
    const approve = await broker.call(approver, 'POST', `/v1/requests/${id}/approve`);
    const deny = await broker.call(approver, 'POST', `/v1/requests/${id}/deny`, { reason: 'again' });
    for (const { status, json } of [end, revoke, cancel, approve, deny])
      expect([status, json.code]).toEqual([409, 'wrong_status']);
    const { json } = await broker.call(engineer, 'GET', `/v1/requests/${id}`);
    expect(json.request).toMatchObject({
      status: 'denied',
      closed: { kind: 'denied', reason: 'Not now.', by: { displayName: 'approver' } },
    });
  });

  test('a pending request expires by time, and then nobody can approve it', async () => {
    const id = await asked({ entitlementId: 'payments-admin', ticket: undefined });
    broker.clock.advance(3600);
    try {
      const fresh = await broker.signIn('approver', ['sre-leads']);
      const { status, json } = await broker.call(fresh, 'POST', `/v1/requests/${id}/approve`);
      expect([status, json.code]).toEqual([409, 'wrong_status']);
      const read = await broker.call(fresh, 'GET', `/v1/requests/${id}`);
      expect(read.json.request.status).toBe('expired');
    } finally {
      broker.clock.advance(-3600);
    }
  });

  test.each([
    ['none', {}],
    ['an empty one', { reason: '' }],
    ['a blank one', { reason: '   ' }],
    ['one of 2,001 characters', { reason: 'x'.repeat(2001) }],
    ['a number', { reason: 1 }],
  ])('a denial without a proper reason is invalid: %s', async (_what, body) => {
    const id = await asked();
    const { status, json } = await broker.call(approver, 'POST', `/v1/requests/${id}/deny`, body);
    expect([status, json.code]).toEqual([400, 'invalid_input']);
  });

  test('an old sign-in is sent to sign in again before it approves', async () => {
    const stale = await broker.signIn('approver', ['sre-leads'], {
      groupsAt: new Date(Date.now() - 5 * 3600_000).toISOString(),
    });
    const id = await asked();
    const { status, json } = await broker.call(stale, 'POST', `/v1/requests/${id}/approve`);
    expect([status, json.code]).toEqual([403, 'step_up_required']);
    expect(json.loginUrl).toBe('/login?stepUp=fresh');
  });
});
