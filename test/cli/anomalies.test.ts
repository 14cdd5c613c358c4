import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import { requestId } from '../contract/requests.ts';
import { approved, approver, engineer, intended, noon, recorded, submitted } from '../support/builders.ts';
import { hatcheck } from './run.ts';

const DAY = 86_400;

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-anomalies-'));
  file = join(folder, 'record.ndjson');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** As `hatcheck audit export` has a request that was used. */
const line = (n: number, at: number, entitlementId = 'prod-admin'): string => {
  const id = requestId(n);
  const intent = intended(noon(at + 20));
  const issued = { intent: intent.eventId, accessKeyId: 'ASIA1', expiration: noon(at + 900) };
  const events = [
    submitted({ requestId: id, entitlementId }, { at: noon(at) }),
    approved(approver, noon(at + 10)),
    intent,
    recorded('credentials.issued', issued, { by: engineer, at: noon(at + 30) }),
  ];
  let last: ReturnType<typeof seal> | undefined;
  const sealed = events.map((event) => (last = seal(last, `request#${id}`, event)));
  return JSON.stringify({ request: { id, entitlementId, status: 'expired', seq: 3 }, events: sealed });
};

const month = Array.from({ length: 20 }, (_, n) => line(n, n * DAY));
const written = (...lines: readonly string[]): void => {
  writeFileSync(file, lines.map((each) => `${each}\n`).join(''));
};

test('a record of what is usual has nothing in it: 0', async () => {
  written(...month);
  const { stdout, code } = await hatcheck(['audit', 'anomalies', file], {});
  expect([code, stdout]).toEqual([0, 'nothing unusual in 20 requests\n']);
});

test('what is unusual is named with its person, and is no success: 1', async () => {
  written(line(30, 21 * DAY + 9 * 3600, 'prod-secrets'), ...month);
  const { stdout, code } = await hatcheck(['audit', 'anomalies', file], {});
  expect(code).toBe(1);
  expect(stdout).toContain(`first_use  ${engineer.handle}  first use of prod-secrets`);
  expect(stdout).toContain('unusual_hours');
  expect(stdout).toContain('2 to look at, in 21 requests');
});

test('with --json it is for a program', async () => {
  const { stdout, code } = await hatcheck(['audit', 'anomalies', file, '--json'], {});
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    requests: 21,
    anomalies: [{ kind: 'first_use', person: engineer.handle, about: 'prod-secrets' }, { kind: 'unusual_hours' }],
  });
});

test.each([
  ['no JSON', 'record'],
  ['an event without a time', line(1, 0).replaceAll('"at":', '"when":')],
  ['nothing', ''],
])('%s is no export: 2', async (_what, content) => {
  writeFileSync(file, content);
  expect((await hatcheck(['audit', 'anomalies', file], {})).code).toBe(2);
});
