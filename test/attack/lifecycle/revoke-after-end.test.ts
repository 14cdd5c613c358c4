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

const act = (token: string, id: string, verb: string, body?: object) =>
  broker.call(token, 'POST', `/v1/requests/${id}/${verb}`, body);
const revoke = (id: string) => act(lead, id, 'revoke', { reason: 'Stop.' });
const types = async (id: string) => (await broker.ledger.read(`request#${id}`)).map(({ type }) => type);

/** A grant of this length, with a session of it out. */
const lent = async (durationSeconds = 1800): Promise<string> => {
  const { json } = await broker.call(engineer, 'POST', '/v1/requests', {
    ...{ entitlementId: 'prod-admin', durationSeconds, ticket: 'OPS-1' },
    justification: 'The queue is stuck.',
  });
  const { id } = json.request;
  await act(lead, id, 'approve');
  expect((await act(engineer, id, 'credentials')).status).toBe(200);
  return id;
};

test('a requester ends their grant to keep its sessions from being revoked', async () => {
  const id = await lent();
  const ended = (await act(engineer, id, 'end')).json.request;
  expect(ended).toMatchObject({ status: 'ended', actions: [] });
  expect((await broker.call(lead, 'GET', `/v1/requests/${id}`)).json.request.actions).toEqual(['revoke']);
  const listed = await broker.call(lead, 'GET', '/v1/requests?as=approver');
  expect(listed.json.requests.find((each: { id: string }) => each.id === id)).toMatchObject({ status: 'ended' });
  const { status, json } = await revoke(id);
  expect([status, json.request]).toMatchObject([
    200,
    { status: 'revoked', closed: { kind: 'revoked', reason: 'Stop.' }, grant: { state: 'ended' }, actions: [] },
  ]);
  expect(json.request.grant?.endsAt).toBe(ended.grant?.endsAt ?? 'never');
  expect((await act(engineer, id, 'credentials')).json.code).toBe('revoked');
  expect((await revoke(id)).json.code).toBe('wrong_status');
});

test('a requester who could approve ends their grant, and says themselves that it was revoked', async () => {
  const id = await lent();
  await act(engineer, id, 'end');
  const mighty = await broker.signIn('engineer', ['engineering', 'sre', 'sre-leads']);
  expect((await act(mighty, id, 'revoke', { reason: 'Mine.' })).json.code).toBe('not_an_approver');
});

test('a grant that is over by itself leaves nothing to revoke: its sessions are denied everything by then', async () => {
  const id = await lent(60);
  broker.clock.advance(61);
  expect((await broker.call(lead, 'GET', `/v1/requests/${id}`)).json.request).toMatchObject({
    ...{ status: 'expired', actions: [] },
  });
  expect((await revoke(id)).json.code).toBe('wrong_status');
});

test('a revoke racing an end is not lost', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await lent();
    const both = [() => act(engineer, id, 'end'), () => revoke(id)];
    const replies = await Promise.all((round % 2 ? both : both.toReversed()).map((one) => one()));
    const [end, revoked] = round % 2 ? replies : replies.toReversed();
    expect(revoked?.status).toBe(200);
    expect((await types(id)).slice(4)).toEqual(
      end?.status === 200 ? ['request.ended', 'request.revoked'] : ['request.revoked'],
    );
  }
});
