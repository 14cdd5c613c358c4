import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { answers } from '../../lib/http/answers.ts';
import { type AuditReply, audit, toldOfAll } from './audit-scene.ts';
import { approver, asked, auditor, broker, engineer, outsider, security } from './requests-scene.ts';

const foundSchema = z.object({
  grants: z.array(z.looseObject({ requestId: z.string() })),
  events: z.array(z.looseObject({ eventId: z.string(), type: z.string(), requestId: z.optional(z.string()) })),
  nextCursor: z.optional(z.string()),
});

/** An answer of the search, held against the contract. */
const found = ({ status, json }: AuditReply) => {
  expect(status).toBe(200);
  expect(answers.Found().safeParse(json).error).toBeUndefined();
  return foundSchema.parse(json);
};

const search = async (query: Readonly<Record<string, string>> = {}, token = auditor) =>
  found(await audit(token, `/v1/audit?${new URLSearchParams(query)}`));

const yesterday = () => new Date(Date.parse(broker.clock.now()) - 86_400_000).toISOString();

describe('GET /v1/audit', () => {
  let id: string;

  beforeAll(async () => {
    const [requester, leader, guard] = await Promise.all([
      broker.signIn('engineer', ['engineering', 'sre']),
      broker.signIn('approver', ['sre-leads']),
      broker.signIn('security', ['security']),
    ]);
    const { json } = await broker.call(requester, 'POST', '/v1/requests', {
      ...{ entitlementId: 'prod-admin', justification: 'The queue is stuck.', durationSeconds: 1800, ticket: 'OPS-77' },
    });
    ({ id } = json.request);
    const act = (token: string, what: string, body?: object) =>
      broker.call(token, 'POST', `/v1/requests/${id}/${what}`, body);
    expect((await act(requester, 'credentials')).status).toBe(403);
    expect((await act(leader, 'approve', { comment: 'go on' })).status).toBe(200);
    expect((await act(requester, 'credentials')).status).toBe(200);
    expect((await act(guard, 'revoke', { reason: 'enough' })).status).toBe(200);
    await toldOfAll();
  });

  test('all that happened to one request, by its ticket, newest first, with names and words', async () => {
    const { events, grants } = await search({ ticket: 'OPS-77' });
    expect(grants).toStrictEqual([]);
    expect(events.map(({ type }) => type).toSorted()).toEqual([
      'credentials.intended',
      'credentials.issued',
      'credentials.refused',
      'request.approved',
      'request.revoked',
      'request.submitted',
    ]);
    expect(events.find(({ type }) => type === 'request.approved')).toMatchObject({
      ...{ requestId: id, accountId: '111122223333', words: 'go on' },
      actor: { displayName: 'approver', kind: 'person' },
      requester: { displayName: 'engineer', email: 'engineer@example.com' },
    });
  });

  test('who could do what in an account, though it is over', async () => {
    const { grants } = await search({ account: '111122223333', from: yesterday() });
    expect(grants).toMatchObject([{ requestId: id, requester: { displayName: 'engineer' }, sessions: 1 }]);
  });

  test('refusals alone, and one kind of event alone', async () => {
    const refusals = await search({ refusals: 'true', ticket: 'OPS-77' });
    expect(refusals.events).toMatchObject([{ type: 'credentials.refused', refused: 'not_approved' }]);
    expect((await search({ type: 'request.revoked' })).events).toMatchObject([{ words: 'enough' }]);
  });

  test('page by page it is the same', async () => {
    const whole = (await search({ ticket: 'OPS-77' })).events;
    const paged: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await search({ ticket: 'OPS-77', limit: '2', ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.events);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(paged).toEqual(whole);
  });

  test('told again it is there once', async () => {
    await toldOfAll();
    expect((await search({ ticket: 'OPS-77' })).events).toHaveLength(6);
  });

  test.each([
    'person=x',
    'account=1',
    'role=Admin',
    'type=request.eaten',
    'breakGlass=false',
    'from=yesterday',
    'limit=0',
    'limit=201',
    'ticket=',
    'who=me',
    'person=a&person=b',
  ])('refuses %s as no input', async (query) => {
    expect(await audit(auditor, `/v1/audit?${query}`)).toMatchObject({ status: 400, code: 'invalid_input' });
  });

  test('a window that ends before it begins is no input either', async () => {
    const to = new URLSearchParams({ from: broker.clock.now(), to: yesterday() }).toString();
    expect(await audit(auditor, `/v1/audit?${to}`)).toMatchObject({ status: 400, code: 'invalid_input' });
  });

  test('a ticket with a # in it is that ticket, and no part of another’s', async () => {
    expect((await search({ ticket: 'OPS-77#2026' })).events).toStrictEqual([]);
    expect((await search({ ticket: 'OPS' })).events).toStrictEqual([]);
    expect((await search({ ticket: '77#' })).events).toStrictEqual([]);
  });

  test('a cursor of another query is none, and neither is one of another auditor', async () => {
    const { nextCursor = '' } = await search({ ticket: 'OPS-77', limit: '2' });
    const refused = { status: 400, code: 'invalid_cursor' };
    expect(await audit(auditor, `/v1/audit?ticket=OPS-78&limit=2&cursor=${nextCursor}`)).toMatchObject(refused);
    const other = await broker.signIn('other', ['auditors']);
    expect(await audit(other, `/v1/audit?ticket=OPS-77&limit=2&cursor=${nextCursor}`)).toMatchObject(refused);
  });

  describe('by whoever is no auditor', () => {
    let callers: readonly string[];
    beforeEach(() => {
      callers = [engineer, approver, security, outsider];
    });

    test('is refused, and the operator reads why', async () => {
      for (const caller of callers) {
        const { status, code, logged } = await audit(caller, '/v1/audit?ticket=OPS-77');
        expect([status, code]).toEqual([403, 'not_an_auditor']);
        expect(JSON.stringify(logged)).toContain('in none of the groups that access.yml calls auditors');
      }
    });

    test('whoever is not signed in hears that first', async () => {
      expect(await audit(undefined, '/v1/audit?nonsense=1')).toMatchObject({ status: 401, code: 'not_signed_in' });
    });
  });

  test('about somebody who is nobody: nothing', async () => {
    await asked();
    expect((await search({ person: `p_${'A'.repeat(43)}` })).events).toStrictEqual([]);
  });
});

describe('GET /v1/audit/requests/{id}', () => {
  const decided = async (): Promise<string> => {
    const id = await asked();
    expect((await broker.call(approver, 'POST', `/v1/requests/${id}/approve`, { comment: 'go on' })).status).toBe(200);
    return id;
  };

  test('is the whole of it, in the shape of the contract', async () => {
    const id = await decided();
    const { status, json } = await audit(auditor, `/v1/audit/requests/${id}`);
    expect(status).toBe(200);
    expect(answers.Dossier().safeParse(json).error).toBeUndefined();
    expect(json).toMatchObject({
      request: { id, status: 'approved', requester: { displayName: 'engineer' } },
      timeline: [
        { type: 'request.submitted', words: 'The queue is stuck.' },
        {
          type: 'request.approved',
          words: 'go on',
          on: { what: 'request', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin' },
        },
      ],
      coverage: { proved: 0, waiting: 2, unproved: 0 },
    });
  });

  test('is refused to its requester and its approver, and to whoever may read it otherwise', async () => {
    const id = await decided();
    for (const caller of [engineer, approver, security, outsider])
      expect(await audit(caller, `/v1/audit/requests/${id}`)).toMatchObject({ status: 403, code: 'not_an_auditor' });
    expect(await audit(undefined, `/v1/audit/requests/${id}`)).toMatchObject({ status: 401 });
  });

  test.each(['r_AAAAAAAAAAAAAAAAAAAAAAAAAA', 'log', 'control', 'r_1', '..', 'person%23p_A', 'checkpoint'])(
    'of %s, which is no request, is not found',
    async (id) => {
      expect(await audit(auditor, `/v1/audit/requests/${id}`)).toMatchObject({ status: 404, code: 'not_found' });
    },
  );

  test('takes no parameter', async () => {
    expect(await audit(auditor, `/v1/audit/requests/${await asked()}?stream=log`)).toMatchObject({ status: 400 });
  });
});

describe('GET /v1/audit/verify', () => {
  const streamOf = (id: string) => `/v1/audit/verify?stream=${encodeURIComponent(`request#${id}`)}`;

  test('says that a stream is as it was written, and what does not cover it yet', async () => {
    const { status, json } = await audit(auditor, streamOf(await asked()));
    expect(status).toBe(200);
    expect(answers.Verdict().safeParse(json).error).toBeUndefined();
    expect(json).toEqual({ ok: true, checked: { events: 1, checkpoints: 0 }, waiting: 1, keys: [] });
  });

  test('says which event was written anew by hand', async () => {
    const id = await asked();
    const { client, tables } = broker.database;
    const key = { stream: { S: `request#${id}` }, seq: { N: '0' } };
    const { Item = {} } = await client.send(new GetItemCommand({ TableName: tables.ledger, Key: key }));
    const canonical = { S: (Item['canonical']?.S ?? '').replace('1800', '1801') };
    await client.send(new PutItemCommand({ TableName: tables.ledger, Item: { ...Item, canonical } }));
    expect((await audit(auditor, streamOf(id))).json).toMatchObject({
      ok: false,
      firstBad: { what: 'altered', seq: 0 },
    });
  });

  test('of checkpoints says how many there are', async () => {
    const { json } = await audit(auditor, '/v1/audit/verify');
    expect(json).toEqual({ ok: true, checked: { events: 0, checkpoints: 0 }, keys: [] });
  });

  test.each([
    'stream=log',
    'stream=checkpoint',
    'stream=',
    'stream=session%23x',
    'stream=request%23r_1',
    'stream=request',
    'from=-1',
    'from=1.5',
    'to=x',
    'stream=control&to=3',
    'proofs=true',
    'from=3&to=1',
    'scan=true',
  ])('refuses %s as no input', async (query) => {
    expect(await audit(auditor, `/v1/audit/verify?${query}`)).toMatchObject({ status: 400, code: 'invalid_input' });
  });

  test('of a stream that is none is not found', async () => {
    expect(await audit(auditor, streamOf('r_AAAAAAAAAAAAAAAAAAAAAAAAAA'))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  test('is refused to whoever is no auditor, also of their own stream', async () => {
    const id = await asked();
    for (const caller of [engineer, approver, security, outsider])
      for (const path of [streamOf(id), '/v1/audit/verify'])
        expect(await audit(caller, path)).toMatchObject({ status: 403, code: 'not_an_auditor' });
  });
});
