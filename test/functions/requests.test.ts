import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { answers } from '../../lib/http/answers.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';

let broker: TestBroker;
let engineer: string;
let approver: string;
let security: string;
let auditor: string;
let outsider: string;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.close();
});
beforeEach(async () => {
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  approver = await broker.signIn('approver', ['sre-leads']);
  security = await broker.signIn('security', ['security']);
  auditor = await broker.signIn('auditor', ['auditors']);
  outsider = await broker.signIn('outsider', []);
});

const ask = {
  entitlementId: 'prod-admin',
  justification: 'The queue is stuck.',
  durationSeconds: 1800,
  ticket: 'OPS-1',
};

const asked = async (more: object = {}): Promise<string> => {
  const { status, json } = await broker.call(engineer, 'POST', '/v1/requests', { ...ask, ...more });
  expect(status).toBe(201);
  return json.request.id;
};

describe('GET /v1/entitlements', () => {
  test('lists mine, ordered by id, in the shape of the contract', async () => {
    const { status, json } = await broker.call(engineer, 'GET', '/v1/entitlements');
    expect(status).toBe(200);
    expect(answers.Entitlements().safeParse(json).error).toBeUndefined();
    expect(json.entitlements.map(({ id }: { id: string }) => id)).toEqual([
      'payments-admin',
      'prod-admin',
      'prod-read',
    ]);
  });

  test('lists nothing for whoever is in no group', async () => {
    expect((await broker.call(outsider, 'GET', '/v1/entitlements')).json).toEqual({ entitlements: [] });
  });

  test('is for whoever is signed in', async () => {
    const { status, json, headers } = await broker.call(undefined, 'GET', '/v1/entitlements');
    expect([status, json.code]).toEqual([401, 'not_signed_in']);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
  });
});

describe('POST /v1/requests', () => {
  test('makes a pending request and says where it is', async () => {
    const { status, json, headers } = await broker.call(engineer, 'POST', '/v1/requests', ask);
    expect(status).toBe(201);
    expect(headers['location']).toBe(`/v1/requests/${json.request.id}`);
    expect(headers['cache-control']).toBe('no-store');
    expect(answers.OneRequest().safeParse(json).error).toBeUndefined();
    expect(json.request).toMatchObject({
      status: 'pending',
      entitlementId: 'prod-admin',
      title: 'Administer production',
      accountId: '111122223333',
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
      requester: { displayName: 'engineer', email: 'engineer@example.com' },
      justification: ask.justification,
      ticket: 'OPS-1',
      durationSeconds: 1800,
      stages: [{ from: { groups: ['local-oidc:sre-leads'] }, count: 1, approvals: [] }],
      approvalsNeeded: 1,
      breakGlass: false,
      actions: ['cancel'],
      seq: 0,
    });
    expect(json.request).not.toHaveProperty('grantedSeconds');
  });

  test('an automatic entitlement is approved in the same breath', async () => {
    const { json } = await broker.call(engineer, 'POST', '/v1/requests', {
      entitlementId: 'prod-read',
      justification: 'Looking at logs',
      durationSeconds: 900,
    });
    expect(json.request).toMatchObject({ status: 'approved', approvalsNeeded: 0, grantedSeconds: 900 });
    expect(json.request.grant?.state).toBe('active');
    expect(json.request.actions).toEqual(['end', 'extend', 'credentials', 'console']);
  });

  test('the same key and body give the first request again; another body is a conflict', async () => {
    const key = { 'Idempotency-Key': 'deploy-42' };
    const first = await broker.call(engineer, 'POST', '/v1/requests', ask, key);
    const again = await broker.call(engineer, 'POST', '/v1/requests', ask, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json.request.id).toBe(first.json.request.id);
    const other = await broker.call(engineer, 'POST', '/v1/requests', { ...ask, durationSeconds: 900 }, key);
    expect([other.status, other.json.code]).toEqual([409, 'idempotency_conflict']);
  });

  test('twenty submissions of one key at once make one request', async () => {
    const key = { 'Idempotency-Key': 'race-1' };
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => broker.call(engineer, 'POST', '/v1/requests', ask, key)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(new Set(replies.map(({ json }) => json.request.id)).size).toBe(1);
  });

  test('the same key of another person is another request', async () => {
    const key = { 'Idempotency-Key': 'mine' };
    const other = await broker.signIn('colleague', ['sre']);
    const [a, b] = [
      await broker.call(engineer, 'POST', '/v1/requests', ask, key),
      await broker.call(other, 'POST', '/v1/requests', ask, key),
    ];
    expect(a.json.request.id).not.toBe(b.json.request.id);
  });

  test.each([
    ['an entitlement that is not theirs', 'prod-admin'],
    ['one that does not exist', 'no-such-thing'],
  ])('%s is refused, both with the same text', async (_what, entitlementId) => {
    const { status, json } = await broker.call(outsider, 'POST', '/v1/requests', { ...ask, entitlementId });
    expect([status, json.code]).toEqual([403, 'not_eligible']);
    const known = await broker.call(outsider, 'POST', '/v1/requests', { ...ask, entitlementId: 'prod-read' });
    expect({ ...json, instance: '' }).toEqual({ ...known.json, instance: '' });
  });

  test.each([
    ['a longer time than the entitlement gives', { durationSeconds: 3601 }, '/durationSeconds'],
    ['no ticket where one is required', { ticket: undefined }, '/ticket'],
    ['a ticket of another form', { ticket: 'INC-1' }, '/ticket'],
    ['too short a justification', { justification: 'because' }, '/justification'],
    ['a start in the past', { startAt: '2020-01-01T00:00:00Z' }, '/startAt'],
    ['a fraction of a second', { durationSeconds: 60.5 }, '/durationSeconds'],
    ['a status, which is not theirs to say', { status: 'approved' }, '/status'],
    ['an approver, which is not theirs to say', { approvals: [] }, '/approvals'],
    ['a role', { roleArn: 'arn:aws:iam::111122223333:role/Root' }, '/roleArn'],
  ])('%s is invalid input, and the pointer says which', async (_what, more, pointer) => {
    const { status, json, headers } = await broker.call(engineer, 'POST', '/v1/requests', { ...ask, ...more });
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(json.errors.map((fault: { pointer: string }) => fault.pointer)).toContain(pointer);
  });

  test('a dry run names every rule, says no reason of ours, and writes nothing', async () => {
    const { status, json } = await broker.call(engineer, 'POST', '/v1/requests?dryRun=true', {
      ...ask,
      durationSeconds: 9000,
    });
    expect(status).toBe(200);
    expect(answers.DryRun().safeParse(json).error).toBeUndefined();
    expect(json.decision.allowed).toBe(false);
    expect(json.decision.rules).toContainEqual(expect.objectContaining({ rule: 'duration', outcome: 'notSatisfied' }));
    expect(JSON.stringify(json)).not.toContain('refusal');
  });

  test('a dry run for what is not theirs evaluates nothing further', async () => {
    const { json } = await broker.call(outsider, 'POST', '/v1/requests?dryRun=true', ask);
    expect(json.decision).toMatchObject({ allowed: false, rules: [{ rule: 'eligible', outcome: 'notSatisfied' }] });
  });
});

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

describe('GET /v1/requests/{id}', () => {
  test('gives the stored events as they are, refusals among them, linked by their hashes', async () => {
    const id = await asked();
    await broker.call(engineer, 'POST', `/v1/requests/${id}/credentials`);
    await broker.call(engineer, 'POST', `/v1/requests/${id}/credentials`);
    await broker.call(approver, 'POST', `/v1/requests/${id}/approve`);
    const { json } = await broker.call(auditor, 'GET', `/v1/requests/${id}`);
    expect(answers.RequestWithEvents().safeParse(json).error).toBeUndefined();
    expect(json.events.map(({ type }: { type: string }) => type)).toEqual([
      'request.submitted',
      'credentials.refused',
      'request.approved',
    ]);
    expect(json.events[1]?.data).toMatchObject({ code: 'not_approved', purpose: 'credentials' });
    expect(json.events[2]?.prevHash).toBe(json.events[0]?.hash);
    expect(json.events[0]).toEqual((await broker.ledger.read(`request#${id}`))[0]);
    expect(JSON.stringify(json.events)).not.toContain(ask.justification);
  });
});

describe('GET /v1/requests', () => {
  test('pages through mine, newest first, each once, and what was just made is there', async () => {
    const me = await broker.signIn('pager', ['engineering', 'sre']);
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { json } = await broker.call(me, 'POST', '/v1/requests', { ...ask, ticket: `OPS-${i}` });
      ids.unshift(json.request.id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, json } = await broker.call(me, 'GET', `/v1/requests?limit=2${query}`);
      expect(status).toBe(200);
      expect(answers.Requests().safeParse(json).error).toBeUndefined();
      seen.push(...json.requests.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
    } while (cursor !== undefined);
    expect(seen.map((id) => ids.indexOf(id)).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(seen).toEqual([...seen].sort((a, b) => ids.indexOf(a) - ids.indexOf(b)));
  });

  test('an approver sees what waits for them, and no longer when it is decided', async () => {
    const id = await asked();
    const waiting = await broker.call(approver, 'GET', '/v1/requests?as=approver&status=pending&limit=200');
    expect(waiting.json.requests.map((request: { id: string }) => request.id)).toContain(id);
    await broker.call(approver, 'POST', `/v1/requests/${id}/approve`);
    const after = await broker.call(approver, 'GET', '/v1/requests?as=approver&status=pending&limit=200');
    expect(after.json.requests.map((request: { id: string }) => request.id)).not.toContain(id);
    const granted = await broker.call(approver, 'GET', '/v1/requests?as=approver&status=approved&limit=200');
    expect(granted.json.requests.find((request: { id: string }) => request.id === id)?.actions).toEqual(['revoke']);
  });

  test('an auditor sees everybody’s; nobody else does by saying so', async () => {
    const id = await asked();
    const audit = await broker.call(auditor, 'GET', '/v1/requests?as=auditor&limit=200');
    expect(audit.json.requests.map((request: { id: string }) => request.id)).toContain(id);
    expect((await broker.call(outsider, 'GET', '/v1/requests?as=auditor')).json).toEqual({ requests: [] });
  });

  test('a cursor is bound to its caller and its query', async () => {
    await asked();
    await asked();
    const { json } = await broker.call(engineer, 'GET', '/v1/requests?limit=1');
    const cursor = encodeURIComponent(json.nextCursor ?? '');
    for (const [who, query] of [
      [approver, `cursor=${cursor}`],
      [engineer, `cursor=${cursor}&as=approver`],
      [engineer, `cursor=${cursor}&status=pending`],
      [engineer, 'cursor=nonsense'],
    ] as const) {
      const { status, json: problem } = await broker.call(who, 'GET', `/v1/requests?${query}`);
      expect([status, problem.code]).toEqual([400, 'invalid_cursor']);
    }
  });

  test.each(['limit=0', 'limit=201', 'limit=ten', 'status=open', 'as=root', 'color=red', 'limit=1&limit=2'])(
    'refuses ?%s',
    async (query) => {
      const { status, json } = await broker.call(engineer, 'GET', `/v1/requests?${query}`);
      expect([status, json.code]).toEqual([400, 'invalid_input']);
    },
  );
});
