import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { accessPolicy } from '../../lib/config/access.ts';
import { answers } from '../../lib/http/answers.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { testAccess, testEntitlement } from '../support/config.ts';

const group = (...names: string[]) => ({ groups: names.map((name) => `local-oidc:${name}`) });
const person = (subject: string) => ({ provider: 'local-oidc', issuer: 'http://127.0.0.1:3001', subject });
const admin = { requesters: group('sre'), maxDurationSeconds: 3600 };

/** Each of them with one thing of its own. */
export const entitlements = [
  testEntitlement({
    ...admin,
    id: 'extended',
    approval: { stages: [{ from: group('sre-leads'), count: 1 }], withinSeconds: 3600 },
    extension: {
      maxTotalSeconds: 7200,
      approval: { stages: [{ from: group('sre-leads'), count: 1 }], withinSeconds: 600 },
    },
  }),
  testEntitlement({
    ...admin,
    id: 'parallel',
    approval: {
      stages: [
        { from: { groups: [], people: [person('named')] }, count: 1 },
        { from: group('security'), count: 1 },
      ],
      parallel: true,
      withinSeconds: 3600,
      escalation: { afterSeconds: 900, to: group('managers') },
    },
    approverRequires: { mfa: true },
  }),
  testEntitlement({
    ...admin,
    id: 'portal-only',
    approval: { stages: [{ from: group('sre-leads'), count: 1 }], withinSeconds: 3600 },
    approverRequires: { mfa: false, channel: 'portal' },
  }),
  testEntitlement({
    ...admin,
    id: 'glass',
    approval: { stages: [{ from: group('sre-leads'), count: 1 }], withinSeconds: 3600 },
    breakGlass: {
      requesters: group('sre-oncall'),
      maxDurationSeconds: 1800,
      issuesPerHour: 6,
      reviewWithinSeconds: 86_400,
      reviewers: group('security'),
      notify: [],
    },
  }),
  // A minute a week, which begins on Saturday at noon by UTC.
  testEntitlement({
    ...admin,
    id: 'sundays',
    requesters: group('engineering'),
    hours: { timezone: 'Pacific/Kiritimati', days: ['sun'], from: '02:00', to: '02:01' },
  }),
];

export let broker: TestBroker;
export let engineer: string;
export let lead: string;

beforeAll(async () => {
  broker = await startBroker({ policy: accessPolicy({ ...testAccess, entitlements }).policy });
});
afterAll(async () => {
  await broker.close();
});
beforeEach(async () => {
  engineer = await broker.signIn('engineer', ['engineering', 'sre', 'sre-oncall']);
  lead = await broker.signIn('lead', ['sre-leads']);
});

const ask = (entitlementId: string, more: object = {}) =>
  broker.call(engineer, 'POST', '/v1/requests', {
    ...{ entitlementId, justification: 'The queue is stuck.', durationSeconds: 1800 },
    ...more,
  });
export const asked = async (entitlementId: string, more: object = {}): Promise<string> => {
  const { status, json } = await ask(entitlementId, more);
  expect([status, json.code]).toEqual([201, undefined]);
  expect(answers.OneRequest().safeParse(json).error).toBeUndefined();
  return json.request.id;
};
export const act = (token: string, id: string, act: string, body?: object) =>
  broker.call(token, 'POST', `/v1/requests/${id}/${act}`, body);
