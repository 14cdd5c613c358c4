import { describe, expect, test } from '@jest/globals';
import { answers } from '../../lib/http/answers.ts';
import { act, asked, broker, engineer, lead } from './lifecycle-scene.ts';

describe('an extension', () => {
  const wanted = { durationSeconds: 1800, justification: 'The queue is still stuck.' };

  test('is asked for, seen by its approver and approved; the grant is one and the same', async () => {
    const id = await asked('extended');
    await act(lead, id, 'approve', {});
    const pending = await act(engineer, id, 'extend', wanted);
    expect(answers.OneRequest().safeParse(pending.json).error).toBeUndefined();
    expect(pending.json.request).toMatchObject({
      status: 'approved',
      grantedSeconds: 1800,
      extension: { status: 'pending', durationSeconds: 1800, justification: wanted.justification, approvalsNeeded: 1 },
    });
    expect(pending.json.request.actions).toEqual(['cancel', 'end', 'credentials', 'console']);
    const listed = await broker.call(lead, 'GET', '/v1/requests?as=approver&limit=200');
    expect(listed.json.requests.find((each) => each.id === id)?.actions).toEqual(['approve', 'deny', 'revoke']);
    const { json } = await act(lead, id, 'approve', { comment: 'Go on.', durationSeconds: 900 });
    expect(json.request).toMatchObject({
      grantedSeconds: 2700,
      extension: { status: 'approved', grantedSeconds: 900, stages: [{ approvals: [{ comment: 'Go on.' }] }] },
    });
    expect(Date.parse(json.request.grant!.endsAt) - Date.parse(json.request.grant!.startsAt)).toBe(2_700_000);
    expect((await act(engineer, id, 'credentials')).status).toBe(200);
  });

  test('accident: a yes that is sent again is none to an extension that was opened meanwhile', async () => {
    const id = await asked('extended');
    const yes = () => broker.call(lead, 'POST', `/v1/requests/${id}/approve`, {}, { 'Idempotency-Key': 'yes-1' });
    const extend = (key: string, body: object = wanted) =>
      broker.call(engineer, 'POST', `/v1/requests/${id}/extend`, body, { 'Idempotency-Key': key });
    await yes();
    await extend('more-1');
    expect((await extend('more-1')).json.request.extension).toMatchObject({ status: 'pending' });
    expect((await extend('more-2')).json.code).toBe('wrong_status');
    const other = await extend('more-1', { ...wanted, durationSeconds: 60 });
    expect([other.status, other.json.code]).toEqual([409, 'idempotency_conflict']);
    const again = await yes();
    expect([again.status, again.json.request.extension?.status]).toEqual([200, 'pending']);
    const seen = await broker.call(lead, 'GET', `/v1/requests/${id}`);
    expect(answers.RequestWithEvents().safeParse(seen.json).error).toBeUndefined();
    expect((await act(lead, id, 'approve', {})).json.request.extension?.status).toBe('approved');
  });

  test('accident: a yes and a no to a page of before it was asked for are none to it', async () => {
    const id = await asked('extended');
    const { seq } = (await act(lead, id, 'approve', {})).json.request;
    const pending = await act(engineer, id, 'extend', wanted);
    const other = await broker.signIn('second-lead', ['sre-leads']);
    expect((await act(other, id, 'approve', { seq })).json.code).toBe('wrong_status');
    expect((await act(other, id, 'deny', { reason: 'No.', seq })).json.code).toBe('wrong_status');
    expect((await act(other, id, 'approve', { seq: -1 })).json.code).toBe('invalid_input');
    const shown = { seq: pending.json.request.seq };
    expect((await act(other, id, 'approve', shown)).json.request.extension?.status).toBe('approved');
  });

  test('is denied with its reason, and the grant stays', async () => {
    const id = await asked('extended');
    await act(lead, id, 'approve', {});
    await act(engineer, id, 'extend', wanted);
    const { json } = await act(lead, id, 'deny', { reason: 'Enough.' });
    expect(json.request).toMatchObject({
      status: 'approved',
      extension: { status: 'denied', closed: { kind: 'denied', reason: 'Enough.', by: { displayName: 'lead' } } },
    });
    expect(json.request.closed).toBeUndefined();
  });

  test('is refused beyond the whole, to others, and before there is a grant', async () => {
    const id = await asked('extended');
    expect((await act(engineer, id, 'extend', wanted)).json.code).toBe('wrong_status');
    await act(lead, id, 'approve', {});
    expect((await act(lead, id, 'extend', wanted)).json.code).toBe('not_the_requester');
    const { status, json } = await act(engineer, id, 'extend', { ...wanted, durationSeconds: 5401 });
    expect([status, json.errors[0]?.pointer]).toEqual([400, '/durationSeconds']);
  });
});

describe('break-glass', () => {
  test('is granted at once, issued for, and reviewed by somebody else', async () => {
    const id = await asked('glass', { breakGlass: true });
    const { json } = await broker.call(engineer, 'GET', `/v1/requests/${id}`);
    expect(json.request).toMatchObject({ status: 'approved', breakGlass: true, review: { overdue: false } });
    expect((await act(engineer, id, 'credentials')).status).toBe(200);
    const security = await broker.signIn('security', ['security']);
    const listed = await broker.call(security, 'GET', '/v1/requests?as=approver&limit=200');
    expect(listed.json.requests.find((each) => each.id === id)?.actions).toEqual(['revoke', 'review']);
    expect((await act(engineer, id, 'review', { verdict: 'justified', comment: 'Mine.' })).json.code).toBe(
      'self_approval',
    );
    const reviewed = await act(security, id, 'review', { verdict: 'unjustified', comment: 'It could have waited.' });
    expect(answers.OneRequest().safeParse(reviewed.json).error).toBeUndefined();
    expect(reviewed.json.request.review).toMatchObject({
      verdict: 'unjustified',
      comment: 'It could have waited.',
      by: { displayName: 'security' },
    });
    const other = await broker.signIn('other', ['security']);
    expect((await act(other, id, 'review', { verdict: 'justified', comment: 'Fine.' })).json.code).toBe(
      'already_decided',
    );
  });

  test('is for whom access.yml names, and a dry run says so', async () => {
    const colleague = await broker.signIn('colleague', ['sre']);
    const body = {
      entitlementId: 'glass',
      justification: 'The queue is stuck.',
      durationSeconds: 60,
      breakGlass: true,
    };
    expect((await broker.call(colleague, 'POST', '/v1/requests', body)).json.code).toBe('not_eligible');
    const { json } = await broker.call(engineer, 'POST', '/v1/requests?dryRun=true', {
      ...body,
      durationSeconds: 1801,
    });
    expect(json.decision.rules.find(({ rule }) => rule === 'duration')).toMatchObject({
      outcome: 'notSatisfied',
      detail: 'At most 30 min.',
    });
    const { json: mine } = await broker.call(engineer, 'GET', '/v1/entitlements');
    expect(mine.entitlements.filter(({ breakGlass }) => breakGlass).map(({ id }) => id)).toEqual(['glass']);
  });

  test('the same key without it is another body', async () => {
    const headers = { 'Idempotency-Key': 'glass-1' };
    const body = { entitlementId: 'glass', justification: 'The queue is stuck.', durationSeconds: 60 };
    await broker.call(engineer, 'POST', '/v1/requests', body, headers);
    const { json } = await broker.call(engineer, 'POST', '/v1/requests', { ...body, breakGlass: true }, headers);
    expect(json.code).toBe('idempotency_conflict');
  });
});

describe('several at once', () => {
  const bundle = (more: object = {}, headers: Record<string, string> = {}) =>
    broker.call(
      engineer,
      'POST',
      '/v1/requests',
      {
        ...{ entitlementIds: ['extended', 'portal-only', 'glass'], justification: 'The queue is stuck.' },
        ...{ durationSeconds: 1800, ...more },
      },
      headers,
    );

  test('share a bundle, and are approved together by whoever may', async () => {
    const { status, json } = await bundle();
    expect(status).toBe(201);
    expect(answers.Submitted().safeParse(json).error).toBeUndefined();
    expect(new Set(json.requests.map(({ bundleId }) => bundleId)).size).toBe(1);
    const [extended, portalOnly, glass] = json.requests.map(({ id }) => id);
    const decided = await act(lead, extended ?? '', 'approve', { bundle: true });
    expect(answers.Decided().safeParse(decided.json).error).toBeUndefined();
    expect(decided.json.request.id).toBe(extended);
    // The third takes no yes but in the portal.
    expect(decided.json.requests.map(({ id, status: is }) => [id, is])).toEqual([
      [extended, 'approved'],
      [glass, 'approved'],
    ]);
    const denied = await act(lead, portalOnly ?? '', 'deny', { reason: 'No.', bundle: true });
    expect(denied.json.requests.map(({ id }) => id)).toEqual([portalOnly]);
  });

  test('are refused together, by the place of each', async () => {
    const { status, json } = await bundle({ durationSeconds: 7200 });
    expect([status, json.errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([
      400,
      ['/entitlementIds/0 too_long', '/entitlementIds/1 too_long', '/entitlementIds/2 too_long'],
    ]);
    expect((await bundle({ entitlementId: 'extended' })).json.errors[0]?.pointer).toBe('/entitlementIds');
  });

  test('the same key gives them again', async () => {
    const key = { 'Idempotency-Key': 'bundle-1' };
    const [first, again] = [await bundle({}, key), await bundle({}, key)];
    expect(again.json.requests.map(({ id }) => id)).toEqual(first.json.requests.map(({ id }) => id));
    expect((await bundle({ entitlementIds: ['glass'] }, key)).json.code).toBe('idempotency_conflict');
  });
});

test('regression 11: of two grants for one role, ending one leaves the other', async () => {
  const [first, second] = [await asked('extended'), await asked('extended')];
  for (const id of [first, second]) await act(lead, id, 'approve', {});
  await act(engineer, first, 'end');
  expect((await act(engineer, first, 'credentials')).json.code).toBe('grant_over');
  expect((await act(engineer, second, 'credentials')).status).toBe(200);
});
