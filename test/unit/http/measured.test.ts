import { expect, test } from '@jest/globals';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import { OAuthError } from '../../../lib/http/oauth-error.ts';
import { recordingMeter } from '../../support/meter.ts';
import { bearer, principal, stubApi } from './stub-api.ts';

const called = async (answer: () => Promise<{ status: number }>, headers: Record<string, string> = bearer) => {
  const { meter, documents, text } = recordingMeter('requests');
  const { call, log } = stubApi({ meter, routes: { 'GET /v1/requests': answer } });
  await call({ path: '/v1/requests', headers });
  const measured = documents().map(({ _aws, ...values }) => values);
  return { measured, text: text(), log: log.lines() };
};

test('a call that goes well is not counted here', async () => {
  expect((await called(() => Promise.resolve({ status: 200 }))).measured).toStrictEqual([]);
});

test('a refusal is counted by its code', async () => {
  const { measured } = await called(() => Promise.reject(new HatcheckError(refuse('on_hold', 'a hold'))));
  expect(measured).toEqual([{ Code: 'on_hold', Refusals: [1] }]);
});

test('a refusal in OAuth’s words, too', async () => {
  const { measured } = await called(() => Promise.reject(new OAuthError('invalid_grant', 'no such code')));
  expect(measured).toEqual([{ Code: 'invalid_grant', Refusals: [1] }]);
});

test('a caller who is nobody is counted, though nothing is on record of them', async () => {
  const { measured } = await called(() => Promise.resolve({ status: 200 }), {});
  expect(measured).toEqual([{ Code: 'not_signed_in', Refusals: [1] }]);
});

test.each([
  ['a ledger that is away', new HatcheckError(refuse('ledger_unavailable', 'away')), 'ledger_unavailable'],
  ['a bug', new TypeError('undefined is not a function'), 'internal'],
])('%s is a fault of the function, besides', async (_what, error, code) => {
  const { measured } = await called(() => Promise.reject(error));
  expect(measured).toEqual([
    { Code: code, Refusals: [1] },
    { Function: 'requests', Faults: [1] },
  ]);
});

test('attack: who calls, what they say and why they are refused is in no metric', async () => {
  const refusal = refuse('not_eligible', 'their own words');
  const { text } = await called(() => Promise.reject(new HatcheckError(refusal)));
  for (const word of [principal.handle, 'their own words', bearer.authorization]) expect(text).not.toContain(word);
});

test('each call’s line has its id, and who called, once they are known', async () => {
  const { log } = await called(() => Promise.resolve({ status: 200 }));
  expect(log).toEqual([
    expect.objectContaining({ message: 'call', callId: expect.any(String), handle: principal.handle, status: 200 }),
  ]);
  const { log: ofNobody } = await called(() => Promise.resolve({ status: 200 }), {});
  expect(ofNobody).toEqual([expect.objectContaining({ message: 'call', callId: expect.any(String), status: 401 })]);
  expect(ofNobody[0]).not.toHaveProperty('handle');
});
