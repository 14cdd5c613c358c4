import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestBroker, startBroker } from '../support/broker.ts';

let broker: TestBroker;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.close();
});

const BODIES: Readonly<Record<string, object | undefined>> = {
  approve: {},
  deny: { reason: 'No.' },
  revoke: { reason: 'No.' },
  cancel: undefined,
  end: undefined,
  extend: { durationSeconds: 600, justification: 'it takes longer than that' },
  review: { verdict: 'justified', comment: 'I looked at it.' },
  credentials: undefined,
  console: undefined,
};

test.each(Object.keys(BODIES))(
  'attack: %s tells a stranger no more of a request than of one that never was',
  async (act) => {
    const owner = await broker.signIn('engineer', ['engineering', 'sre']);
    const { json } = await broker.call(owner, 'POST', '/v1/requests', {
      ...{ entitlementId: 'prod-admin', justification: 'The queue is stuck.', durationSeconds: 1800, ticket: 'OPS-1' },
    });
    const stranger = await broker.signIn('outsider', []);
    const said = async (id: string): Promise<string> => {
      const { status, text } = await broker.call(stranger, 'POST', `/v1/requests/${id}/${act}`, BODIES[act]);
      // The id of the call itself is all that may differ.
      return `${status} ${text.replace(/"instance":"[^"]*"/, '')}`;
    };
    const ofOne = await said(json.request.id);
    expect(ofOne).toContain('"not_found"');
    expect(ofOne).toBe(await said('r_AAAAAAAAAAAAAAAAAAAAAAAAAA'));
  },
);
