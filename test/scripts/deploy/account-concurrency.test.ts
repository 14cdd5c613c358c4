import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-aws-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const PROGRAM = `
import { accountConcurrency } from './scripts/deploy/account-concurrency.ts';
console.log(await accountConcurrency('eu-west-1').catch(({ kind, code }) => kind + ' ' + code));
`;

/** What is said where this script, if any, is what the AWS CLI is. */
const said = async (script?: string): Promise<string> => {
  if (script !== undefined) {
    writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'aws'), 0o700);
  }
  const args = ['--input-type=module', '--eval', PROGRAM];
  return (await promisify(execFile)(process.execPath, args, { env: { PATH: folder } })).stdout.trim();
};

test('the account’s quota is what the AWS CLI says of this region', async () => {
  const script = `[ "$*" = "lambda get-account-settings --region eu-west-1 --output json" ] || exit 1
echo '{"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}}'`;
  expect(await said(script)).toBe('10');
});

test.each([
  ['who may not ask', 'echo "An error occurred (AccessDeniedException)" >&2; exit 254', /^refused .*AccessDenied/],
  ['an answer of another form', 'echo "{}"', /^refused NotASetting/],
  ['no AWS CLI', undefined, /^refused .*there is no aws command/],
])('%s is no quota', async (_what, script, code) => {
  expect(await said(script)).toMatch(code);
});
