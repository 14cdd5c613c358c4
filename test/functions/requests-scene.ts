import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { startBroker, type TestBroker } from '../support/broker.ts';

/** A broker for the tests of a file, and people who sign in anew before each. */
export let broker: TestBroker;
export let engineer: string;
export let approver: string;
export let security: string;
export let auditor: string;
export let outsider: string;

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

export const ask = {
  entitlementId: 'prod-admin',
  justification: 'The queue is stuck.',
  durationSeconds: 1800,
  ticket: 'OPS-1',
};

export const asked = async (more: object = {}): Promise<string> => {
  const { status, json } = await broker.call(engineer, 'POST', '/v1/requests', { ...ask, ...more });
  expect(status).toBe(201);
  return json.request.id;
};
