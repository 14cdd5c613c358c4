import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Run, hatcheck } from '../cli/run.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(async () => {
  await stack.close();
});

const as = (person: string, ...words: readonly string[]): Promise<Run> =>
  hatcheck(words, { PATH: '/usr/bin:/bin', HOME: join(stack.folder, person), HATCHECK_SERVER: stack.origin });
const signIn = async (person: string): Promise<void> => {
  const tokenFile = join(stack.folder, `${person}-id-token`);
  await writeFile(tokenFile, await stack.oidc.idToken(`${person}@example.com`), { mode: 0o600 });
  expect(await as(person, 'login', '--token-file', tokenFile)).toMatchObject({ code: 0 });
};

test('what an auditor exports of sessions, refusals and ends holds, and no longer when one letter of it is another', async () => {
  await signIn('engineer');
  await signIn('auditor');
  const words = ['request', 'prod-read', '--because', 'the yearly audit', '--json'];
  const { request } = JSON.parse((await as('engineer', ...words)).stdout) as { request: { id: string } };
  expect(await as('engineer', 'credentials', request.id)).toMatchObject({ code: 0 });
  expect(await as('engineer', 'end', request.id)).toMatchObject({ code: 0 });
  const engineer = await stack.signedIn('engineer@example.com');
  expect((await engineer.call('POST', `/v1/requests/${request.id}/credentials`)).status).toBeGreaterThanOrEqual(400);
  const exported = await as('auditor', 'audit', 'export');
  expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining('refusals#') });

  const record = join(stack.folder, 'record.ndjson');
  await writeFile(record, exported.stdout);
  expect(await hatcheck(['audit', 'verify', record], {})).toMatchObject({ code: 0 });
  expect(await hatcheck(['audit', 'anomalies', record], {})).toMatchObject({ code: 0 });

  await writeFile(record, (await readFile(record, 'utf8')).replace('"accessKeyId":"A', '"accessKeyId":"B'));
  const { code, stdout } = await hatcheck(['audit', 'verify', record, '--json'], {});
  expect([code, JSON.parse(stdout)]).toMatchObject([
    1,
    { firstBad: { line: 1, stream: `request#${request.id}`, what: 'altered' } },
  ]);
});
