import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestBroker, startBroker } from '../../support/broker.ts';

let broker: TestBroker;
let engineer: string;
let lead: string;

beforeAll(async () => {
  broker = await startBroker();
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  lead = await broker.signIn('lead', ['sre-leads']);
});
afterAll(async () => {
  await broker.close();
});

const handleIn = (token: string): string => token.split('.')[0] ?? '';
const admin = { entitlementId: 'prod-admin', durationSeconds: 1800, ticket: 'OPS-1' };
const ask = (body: object, token = engineer) =>
  broker.call(token, 'POST', '/v1/requests', { justification: 'The queue is stuck.', ...body });
const act = (token: string, id: string, verb: string, body?: object) =>
  broker.call(token, 'POST', `/v1/requests/${id}/${verb}`, body);

test.each(['Engineering', 'ENGINEERING', 'engineering ', 'engineerin', 'engineering-leads', 'other:engineering'])(
  'regression 3: %j is another group than engineering',
  async (group) => {
    const token = await broker.signIn(`of-${Buffer.from(group).toString('hex')}`, [group]);
    const body = { entitlementId: 'prod-read', durationSeconds: 600 };
    expect((await ask(body, token)).json.code).toBe('not_eligible');
    expect((await ask(body)).status).toBe(201);
  },
);

test.each(['Prod-Admin', 'prod-admi', 'prod-admin-2', 'prod-admin '])(
  'regression 3: %j is another entitlement than prod-admin',
  async (entitlementId) => {
    expect((await ask({ ...admin, entitlementId })).json.code).toMatch(/^(?:not_eligible|invalid_input)$/);
  },
);

test('regression 4: who may no longer ask is refused at the yes and at each issue, not only when asking', async () => {
  const { id } = (await ask(admin)).json.request;
  await act(lead, id, 'approve');
  expect((await act(engineer, id, 'credentials')).status).toBe(200);
  const moved = await broker.signIn('engineer', ['engineering']);
  expect((await act(moved, id, 'credentials')).json.code).toBe('not_eligible');
  expect((await act(moved, id, 'console')).json.code).toBe('not_eligible');
  expect((await act(moved, id, 'extend', { durationSeconds: 60, justification: 'A little more.' })).json.code).toBe(
    'not_eligible',
  );
  expect((await ask(admin, moved)).json.code).toBe('not_eligible');
  const left = await broker.signIn('lead', ['engineering']);
  const { id: next } = (await ask(admin)).json.request;
  expect((await act(left, next, 'approve')).json.code).toBe('not_found');
});

test('regression 5: from asking to issuing, every event names the one who was verified, and nobody can name another', async () => {
  for (const member of ['requester', 'actor', 'principal', 'subject', 'handle'])
    expect((await ask({ ...admin, [member]: handleIn(lead) })).json.errors).toMatchObject([{ code: 'unknown_member' }]);
  const { id } = (await ask(admin)).json.request;
  await act(lead, id, 'approve');
  expect((await act(engineer, id, 'credentials')).status).toBe(200);
  const actors = (await broker.ledger.read(`request#${id}`)).map(({ type, actor }) => [type, actor.handle]);
  expect(actors).toEqual([
    ['request.submitted', handleIn(engineer)],
    ['request.approved', handleIn(lead)],
    ['credentials.intended', handleIn(engineer)],
    ['credentials.issued', handleIn(engineer)],
  ]);
});

test('regression 9: what an approver sees of role, account and requester is ours, and the words are text and turn nothing round', async () => {
  for (const member of ['roleArn', 'accountId', 'title', 'displayName'])
    expect((await ask({ ...admin, [member]: 'harmless' })).json.errors).toMatchObject([{ code: 'unknown_member' }]);
  const turned = await ask({ ...admin, justification: 'read only \u202enimda' });
  expect(turned.json.errors).toMatchObject([{ pointer: '/justification', code: 'ill_formed_text' }]);
  const justification = '<img src=x onerror=alert(1)> <!channel> *bold* [a](https://evil.example)';
  const { id } = (await ask({ ...admin, justification })).json.request;
  const seen = await broker.call(lead, 'GET', `/v1/requests/${id}`);
  expect(seen.json.request).toMatchObject({
    ...{ accountId: '111122223333', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin' },
    ...{ title: 'Administer production', requester: { handle: handleIn(engineer), displayName: 'engineer' } },
    justification,
  });
  expect([seen.headers['content-type'], seen.headers['x-content-type-options']]).toEqual([
    'application/json',
    'nosniff',
  ]);
});

test('regression 12: words with what separates fields elsewhere are kept to the letter, and nobody takes them back', async () => {
  const justification = 'restore: the "queue": {1,2}\n\t#refusals#; a=b&c=d — ünï';
  const { id } = (await ask({ ...admin, justification })).json.request;
  const reason = 'no: see "OPS-2": closed';
  await act(lead, id, 'deny', { reason });
  const { json } = await broker.call(engineer, 'GET', `/v1/requests/${id}`);
  expect(json.request).toMatchObject({ justification, closed: { kind: 'denied', reason } });
  expect((await act(engineer, id, 'cancel')).json.code).toBe('wrong_status');
  expect((await broker.ledger.read(`request#${id}`)).map(({ type }) => type)).toEqual([
    'request.submitted',
    'request.denied',
  ]);
});

test.each(['/v1/entitlements', '/v1/requests', '/v1/delegations', '/v1/requests?as=auditor'])(
  'regression 18: GET %s shows no secret, and no reference to one',
  async (path) => {
    const auditor = await broker.signIn('auditor', ['auditors', 'engineering', 'sre', 'sre-leads']);
    await ask(admin);
    const { status, text } = await broker.call(auditor, 'GET', path);
    expect(status).toBe(200);
    expect(text).not.toMatch(/ssm:|secretsmanager:|env:|clientSecret|pepper|externalId|5f0c9a1e|groupsClaim/i);
  },
);
