import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { ask, engineer } from '../support/builders.ts';
import { type FakeBroker, startBroker } from './broker.ts';
import { type Run, hatcheck } from './run.ts';

export const ID = ask().requestId;
export let folder: string;
export let broker: FakeBroker;
export const run = (...args: readonly string[]): Promise<Run> =>
  hatcheck(args, {
    HOME: folder,
    HATCHECK_SERVER: broker.origin,
    TZ: 'Europe/Berlin',
    PATH: process.env['PATH'] ?? '',
  });
export const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-asked-'));
  broker = await startBroker();
  const tokens = { access_token: 'token', issued_token_type: 'x', token_type: 'Bearer', expires_in: 900 };
  broker.answer('POST /oauth/token', { status: 200, json: tokens });
  broker.answer('GET /v1/me', { status: 200, json: { principal: { handle: engineer.handle } } });
  expect(await run('login', '--token-file', put('id-token', 'aaaa.bbbb.cccc'))).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});
