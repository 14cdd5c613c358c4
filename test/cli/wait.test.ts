import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { privateFiles } from '../../cli/private-files.ts';
import { requestIn } from '../../cli/requests.ts';
import { waitForGrant, whatIsAwaited } from '../../cli/wait.ts';
import { type SignedIn, problem, requestView, signedIn } from './signed-in.ts';

const ID = `r_${'A'.repeat(26)}`;
const NOW = new Date('2026-11-22T12:00:00.000Z');
const stages = [
  { from: { groups: ['okta:leads'], people: [] }, count: 1, approvals: [{ approver: { handle: 'p_a' } }] },
  { from: { groups: ['okta:security'], people: ['okta:jo'] }, count: 2, approvals: [] },
];
const pending = requestView(ID, { status: 'pending', grant: undefined, stages });

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
});
afterEach(async () => {
  await at.close();
});

const looks = (...views: readonly object[]): void => {
  const answers = views.map((view) =>
    'status' in view && 'json' in view ? problem(503, 'internal') : { status: 200, json: { request: view } },
  );
  at.broker.answer(`GET /v1/requests/${ID}`, ...answers);
};
const waited = async (): Promise<{ pauses: number[]; shown: string[]; end: unknown }> => {
  const place = { server: at.broker.origin, files: privateFiles(at.config), now: () => new Date() };
  const [pauses, shown]: [number[], string[]] = [[], []];
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const waiting = waitForGrant(place, requestIn(place, pending), { show: (line) => shown.push(line), pause });
  return { pauses, shown, end: await waiting.catch((error: unknown) => error) };
};

describe('waiting for a grant', () => {
  test('looks less and less often, and never more than 15 seconds apart', async () => {
    looks(...Array.from({ length: 14 }, () => pending), requestView(ID));
    const { pauses, end } = await waited();
    expect(end).toMatchObject({ id: ID, status: 'approved' });
    expect(pauses).toHaveLength(15);
    expect(pauses.every((ms, index) => ms >= (pauses[index - 1] ?? 1000))).toBe(true);
    expect([pauses[0], pauses.at(-1)]).toEqual([1000, 15_000]);
  });

  test('goes on when the server is away for a moment', async () => {
    looks(problem(503, 'internal'), requestView(ID));
    expect((await waited()).end).toMatchObject({ status: 'approved' });
  });

  test('goes on while the grant is yet to begin, and ends with 6 once it never will', async () => {
    const grant = { state: 'scheduled', startsAt: NOW.toISOString(), endsAt: NOW.toISOString() };
    looks(requestView(ID, { grant }), requestView(ID, { status: 'expired', grant: undefined }));
    const { end, shown } = await waited();
    expect(end).toMatchObject({ exitCode: 6, code: 'expired' });
    expect(shown).toHaveLength(2);
  });
});

test('who is waited for is the stage that is missing, with how many and how long', () => {
  const place = { server: 'http://127.0.0.1' } as Parameters<typeof requestIn>[0];
  const view = { ...pending, approvalsNeeded: 2, pendingUntil: '2026-11-22T13:30:59.000Z' };
  expect(whatIsAwaited(requestIn(place, view), NOW)).toBe(
    `${ID} waits for a yes of okta:security or okta:jo, 2 are missing, 1h30m left`,
  );
});
