import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBroker, type TestBroker, type TestReply } from '../support/broker.ts';

let broker: TestBroker;
let engineer: string;
/** One for each that races at a time: what one person asks for meets in that person’s own stream. */
let engineers: readonly string[];
let approver: string;
let secondApprover: string;

beforeAll(async () => {
  broker = await startBroker();
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  engineers = await Promise.all(
    Array.from({ length: AT_A_TIME }, (_, i) => broker.signIn(`engineer-${i}`, ['engineering', 'sre'])),
  );
  approver = await broker.signIn('approver', ['sre-leads']);
  secondApprover = await broker.signIn('second', ['sre-leads']);
});
afterAll(async () => {
  await broker.close();
});

const PAIRS = 200;
const AT_A_TIME = 10;

const ask = async (by = engineer): Promise<string> => {
  const body = {
    entitlementId: 'prod-admin',
    justification: 'The queue is stuck.',
    durationSeconds: 1800,
    ticket: 'OPS-1',
  };
  return (await broker.call(by, 'POST', '/v1/requests', body)).json.request.id;
};
const act = (token: string, id: string, what: string, body?: object): Promise<TestReply> =>
  broker.call(token, 'POST', `/v1/requests/${id}/${what}`, body);
const types = async (id: string): Promise<string[]> =>
  (await broker.ledger.read(`request#${id}`)).map(({ type }) => type);

/** So many at a time that they race, and not so many that they only wait. */
const inTurns = async (count: number, one: (i: number) => Promise<void>): Promise<void> => {
  for (let done = 0; done < count; done += AT_A_TIME) {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count - done) }, (_, i) => one(done + i)));
  }
};

test(`regression 10: two approvals at once: one event, two answers of 200, ${PAIRS} times`, async () => {
  await inTurns(PAIRS, async (i) => {
    const id = await ask(engineers[i % AT_A_TIME]);
    // Every other pair is the same person twice: two clicks.
    const [a, b] = await Promise.all([
      act(approver, id, 'approve'),
      act(i % 2 ? approver : secondApprover, id, 'approve'),
    ]);
    const events = await types(id);
    expect(events).toEqual(['request.submitted', 'request.approved']);
    const statuses = [a.status, b.status].sort();
    expect(i % 2 ? [[200, 200]] : [[200, 409]]).toContainEqual(statuses);
  });
});

test(`an approval racing a cancel: exactly one of them, ${PAIRS} times`, async () => {
  const winners = { approved: 0, cancelled: 0 };
  await inTurns(PAIRS, async (i) => {
    const by = engineers[i % AT_A_TIME] ?? engineer;
    const id = await ask(by);
    const [approve, cancel] = await Promise.all([act(approver, id, 'approve'), act(by, id, 'cancel')]);
    expect([approve.status, cancel.status].sort()).toEqual([200, 409]);
    const [, second, ...more] = await types(id);
    expect(more).toStrictEqual([]);
    expect(second).toBe(approve.status === 200 ? 'request.approved' : 'request.cancelled');
    winners[approve.status === 200 ? 'approved' : 'cancelled'] += 1;
  });
  expect(winners.approved + winners.cancelled).toBe(PAIRS);
});

test('a revoke racing ten issues always gets through, and after it nothing is intended or handed out, twenty times', async () => {
  for (let round = 0; round < 20; round += 1) {
    const id = await ask();
    await act(approver, id, 'approve');
    const issues = Array.from({ length: 10 }, () => act(engineer, id, 'credentials'));
    const revoke = act(approver, id, 'revoke', { reason: 'Stop.' });
    const replies = await Promise.all(issues);
    expect((await revoke).status).toBe(200);
    const events = await broker.ledger.read(`request#${id}`);
    const revokedAt = events.findIndex(({ type }) => type === 'request.revoked');
    expect(revokedAt).toBeGreaterThan(0);
    const after = events.slice(revokedAt + 1).map(({ type }) => type);
    expect(after.filter((type) => type !== 'credentials.withheld')).toStrictEqual([]);
    const issued = events.filter(({ type }) => type === 'credentials.issued').length;
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(issued);
    for (const { status, json } of replies.filter((reply) => reply.status !== 200))
      expect([status, json.code]).toEqual([403, 'revoked']);
    const intended = events.filter(({ type }) => type === 'credentials.intended').map(({ eventId }) => eventId);
    const outcomes = events.flatMap((event) => ('intent' in event.data ? [event.data.intent] : []));
    expect(outcomes.sort()).toEqual(intended.sort());
  }
});
