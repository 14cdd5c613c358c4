import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { problems } from '../../lib/http/problem.ts';
import { askingRows } from './refusals/asking.ts';
import { decidingRows } from './refusals/deciding.ts';
import { everyRule } from './refusals/every-rule.ts';
import { issuingRows } from './refusals/issuing.ts';
import { type Refused, type Row, type Scene, send, startScene } from './refusals/scene.ts';
import { rowsWithoutRequest } from './refusals/without-request.ts';

const rows: readonly Row[] = [...askingRows, ...decidingRows, ...issuingRows, ...rowsWithoutRequest];

/** Each says the same as the rule of the same name of the act that is named; it speaks only where two are at it at once, or at a sign-in. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {
  'receive.somebodyElse': 'delegate.somebodyElse',
  'reserve.openRequests': 'submit.openRequests',
  'reserve.oneBreakGlass': 'submit.oneBreakGlass',
  'link.identities': 'test/unit/broker/link-identities.test.ts',
};

let scene: Scene;

beforeAll(async () => {
  scene = await startScene();
});
afterEach(async () => {
  await scene.after();
});
afterAll(async () => {
  await scene.close();
});

describe('the table of refusals', () => {
  test('has a row for every rule of every decision, and none besides', () => {
    const told = new Set([...rows.map(({ of }) => of), ...Object.keys(SAID_ELSEWHERE)]);
    expect([...told].sort()).toEqual([...everyRule()].sort());
  });

  test('knows every rule that the domain has', () => {
    const sources = readdirSync('lib/domain').map((name) => readFileSync(`lib/domain/${name}`, 'utf8'));
    const written = new Set(sources.flatMap((text) => [...text.matchAll(/\brule: '(\w+)'/g)].map(([, name]) => name)));
    const known = new Set(everyRule().map((each) => each.split('.')[1]));
    expect(written.size).toBeGreaterThan(30);
    expect([...written].sort()).toEqual([...known].sort());
  });
});

/** What a stranger is told, but for the id of the call. */
const toStranger = async (call: Refused): Promise<string> => {
  const { status, text } = await send(scene, { ...call, token: await scene.somebody([]) });
  return `${status} ${text.replace(/"instance":"[^"]*"/, '')}`;
};

/** The same of something that never was. */
const ofNothing = ({ path, body, ...call }: Refused): Refused => {
  const unknown = { entitlementId: 'no-such', to: `p_${'A'.repeat(43)}` };
  const named = Object.entries(unknown).filter(([member]) => body !== undefined && member in body);
  return {
    ...call,
    path: path.replace(/\/([rh])_[A-Z2-7]+/, '/$1_AAAAAAAAAAAAAAAAAAAAAAAAAA'),
    ...(body === undefined ? {} : { body: { ...body, ...Object.fromEntries(named) } }),
  };
};

test.each(rows.map((row) => [row.of, row.code, row] as const))('%s: %s', async (of, code, { says, refused }) => {
  const call = await refused(scene);
  const { status, json, text } = await send(scene, call);
  expect([status, json.code]).toEqual([problems[code].status, code]);
  const { detail } = problems[code];
  if (says === undefined) expect(text).toContain(JSON.stringify(detail));
  else {
    const [, told, rule, satisfying = ''] = /^(.*) Rule "(\w+)": (.*)$/.exec(json.detail) ?? [];
    expect([told, rule]).toEqual([detail, of.split('.')[1]]);
    expect(typeof says === 'string' ? says : says.exec(satisfying)?.[0]).toBe(satisfying);
  }
  const stranger = await toStranger(call);
  expect(stranger).toMatch(/"code":"(?:not_found|not_eligible)"/);
  expect(stranger).toBe(await toStranger(ofNothing(call)));
});
