import { describe, expect, test } from '@jest/globals';
import { answers } from '../../lib/http/answers.ts';
import { broker, engineer, approver, auditor, outsider, ask, asked } from './requests-scene.ts';

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
    expect((await broker.call(outsider, 'GET', '/v1/entitlements')).json).toEqual({
      entitlements: [],
      destinations: [],
    });
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
