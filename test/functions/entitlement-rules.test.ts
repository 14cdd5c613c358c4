import { describe, expect, test } from '@jest/globals';
import { accessPolicy } from '../../lib/config/access.ts';
import { startBroker } from '../support/broker.ts';
import { testAccess } from '../support/config.ts';
import { act, asked, broker, entitlements, lead } from './lifecycle-scene.ts';

describe('parallel stages', () => {
  test('are approved in any order, by one who is named and by a group, with more than one factor', async () => {
    const id = await asked('parallel');
    const security = await broker.signIn('security', ['security'], { methods: ['pwd', 'mfa'] });
    const named = await broker.signIn('named', [], { methods: ['pwd', 'mfa'] });
    const weak = await broker.signIn('security', ['security']);
    expect((await act(weak, id, 'approve', {})).json.code).toBe('step_up_required');
    expect((await act(security, id, 'approve', {})).json.request.approvalsNeeded).toBe(1);
    const listed = await broker.call(named, 'GET', '/v1/requests?as=approver&status=pending');
    expect(listed.json.requests.map((each) => each.id)).toContain(id);
    expect((await act(named, id, 'approve', {})).json.request.status).toBe('approved');
  });

  test('escalate: to the others it does not exist before', async () => {
    const id = await asked('parallel');
    const manager = async () => broker.signIn('manager', ['managers'], { methods: ['pwd', 'mfa'] });
    const seen = async (token: string) =>
      (await broker.call(token, 'GET', '/v1/requests?as=approver&status=pending')).json.requests.map((each) => each.id);
    expect((await act(await manager(), id, 'approve', {})).status).toBe(404);
    expect(await seen(await manager())).not.toContain(id);
    broker.clock.advance(901);
    expect(await seen(await manager())).toContain(id);
    expect((await act(await manager(), id, 'approve', {})).status).toBe(200);
  });
});

test('where only the portal will do, a bearer token approves nothing and may deny', async () => {
  const id = await asked('portal-only');
  const { status, json } = await act(lead, id, 'approve', {});
  expect([status, json.code]).toEqual([403, 'channel_not_allowed']);
  expect((await act(lead, id, 'deny', { reason: 'No.' })).json.request.status).toBe('denied');
});

test('outside its hours an entitlement is not to be had, and the answer says when it is', async () => {
  const on = await startBroker({ policy: accessPolicy({ ...testAccess, entitlements }).policy });
  try {
    on.clock.advance(secondsToSaturdayNoon(on.clock.now()) + 20);
    const token = await on.signIn('engineer', ['engineering']);
    const ask = () =>
      on.call(token, 'POST', '/v1/requests', {
        ...{ entitlementId: 'sundays', justification: 'The queue is stuck.', durationSeconds: 1800 },
      });
    expect((await ask()).status).toBe(201);
    on.clock.advance(60);
    const { status, json, headers } = await ask();
    expect([status, json.code]).toEqual([403, 'outside_hours']);
    const week = 7 * 86_400;
    expect(Number(headers['retry-after'])).toBeGreaterThan(week - 120);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(week - 80);
  } finally {
    await on.close();
  }
});

/** To the next one: later than what was written when the broker began. */
const secondsToSaturdayNoon = (now: string): number => {
  const noon = new Date(now);
  noon.setUTCDate(noon.getUTCDate() + ((6 - noon.getUTCDay() + 7) % 7 || 7));
  noon.setUTCHours(12, 0, 0, 0);
  return (noon.getTime() - Date.parse(now)) / 1000;
};
