import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, inMs, problem, signedIn } from './signed-in.ts';
import { ENTER, atTerminal, hasTerminal, leaveTerminals, terminalName } from './terminal.ts';

const [HOLD, HANDLE] = [`h_${'0'.repeat(26)}`, `p_${'a'.repeat(43)}`] as const;
const [SESSION, OTHER] = [`s_${'a'.repeat(43)}`, `s_ab${'c'.repeat(41)}`] as const;
const DELEGATION = `d_${'x'.repeat(43)}`;
const by = { handle: HANDLE, email: 'security@example.com' };
const hold = { id: HOLD, on: 'person', handle: HANDLE, reason: 'lost\u001b[2J', by, at: inMs(-1000) };
const session = (id: string, current: boolean): object => ({
  ...{ id, current, via: 'bearer', method: 'device_code', methods: [] },
  ...{ createdAt: inMs(-1000), lastSeenAt: inMs(-10), expiresAt: inMs(1000) },
});
const delegation = {
  id: DELEGATION,
  by,
  to: { handle: 'p_b' },
  groups: ['okta:leads'],
  from: inMs(0),
  until: inMs(1000),
};

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
  const json = {
    holds: { holds: [hold] },
    sessions: { sessions: [session(SESSION, true), session(OTHER, false)] },
    delegations: { delegations: [delegation] },
    identities: {
      identities: [{ handle: HANDLE, current: true, displayName: 'Jo\u202e' }],
      chatAccounts: [{ platform: 'slack', workspace: 'T1', user: 'U1' }],
      providers: ['okta'],
    },
  };
  for (const [name, body] of Object.entries(json)) at.broker.answer(`GET /v1/${name}`, { status: 200, json: body });
  at.broker.answer('POST /v1/holds', { status: 200, json: { hold } });
  at.broker.answer(`DELETE /v1/people/${HANDLE}/sessions`, { status: 200, json: { ended: 2 } });
  at.broker.answer('POST /v1/delegations', { status: 200, json: { delegation } });
  for (const path of [`holds/${HOLD}`, `delegations/${DELEGATION}`, `sessions/${OTHER}`, 'sessions'])
    at.broker.answer(`DELETE /v1/${path}`, { status: 200, json: { [path.split('/')[0] ?? '']: [] } });
});
afterEach(async () => {
  leaveTerminals();
  await at.close();
});

const changed = (): readonly [string, unknown][] =>
  at.broker.heard
    .filter(({ route }) => !route.startsWith('GET'))
    .map(({ route, body }) => [route, body === '' ? undefined : (JSON.parse(body) as unknown)]);

describe('lists', () => {
  test.each([
    ['holds', /h_0+ +person p_a+ +security@example\.com +.* +lost⟨U\+001B⟩\[2J\n$/],
    ['sessions', /s_aaaaaaaaaa +device_code +.* this one\ns_abcccccccc +device_code/],
    ['delegations', /d_xxxxxxxxxx +security@example\.com +p_b +.* okta:leads\n$/],
    ['identities', /p_a+ +Jo⟨U\+202E⟩ \(p_a+\) +this one\nslack: U1 of T1\n$/],
  ])('%s', async (name, shown) => {
    const { code, stdout, stderr } = await at.run(name);
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(shown), '']);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  test('--json is what the server says', async () => {
    expect(JSON.parse((await at.run('holds', '--json')).stdout)).toEqual({ holds: [hold] });
  });
});

describe('acts', () => {
  test.each([
    [
      ['hold', '--person', HANDLE, '--because', 'lost'],
      ['POST /v1/holds', { on: 'person', handle: HANDLE, reason: 'lost' }],
    ],
    [
      ['hold', '--all', '--because', 'x'],
      ['POST /v1/holds', { on: 'all', reason: 'x' }],
    ],
    [
      ['end-sessions', '--person', HANDLE, '--because', 'stolen'],
      [`DELETE /v1/people/${HANDLE}/sessions`, { reason: 'stolen' }],
    ],
    [
      ['lift', 'h_00', '--because', 'found'],
      [`DELETE /v1/holds/${HOLD}`, { reason: 'found' }],
    ],
    [
      ['delegate', HANDLE, '--until', '2026-12-01T09:00Z'],
      ['POST /v1/delegations', { to: HANDLE, until: '2026-12-01T09:00:00.000Z' }],
    ],
    [
      ['delegations', '--end', 'd_x'],
      [`DELETE /v1/delegations/${DELEGATION}`, undefined],
    ],
    [
      ['sessions', '--end', 's_ab'],
      [`DELETE /v1/sessions/${OTHER}`, undefined],
    ],
    [
      ['sessions', '--end-others'],
      ['DELETE /v1/sessions', undefined],
    ],
  ])('%j', async (words, done) => {
    expect(await at.run(...words)).toMatchObject({ code: 0, stderr: '' });
    expect(changed()).toEqual([done]);
  });

  test.each([
    [['hold', '--because', 'x'], 2, '--person'],
    [['hold', '--all', '--account', '111122223333', '--because', 'x'], 2, 'one of'],
    [['hold', '--all'], 2, '--because'],
    [['end-sessions', '--because', 'x'], 2, '--person'],
    [['end-sessions', '--person', HANDLE], 2, '--because'],
    [['lift'], 2, 'hatcheck holds'],
    [['lift', 'h_9'], 1, 'none whose id begins'],
    [['delegate', HANDLE], 2, '--until'],
    [['sessions', '--end', 's_a'], 2, OTHER],
    [['sessions', '--end'], 2, 'say which session'],
  ])('%j without a terminal ends with %d, and changes nothing', async (words, code, why) => {
    const { stderr, ...result } = await at.run(...words);
    expect([result, stderr]).toEqual([{ code, stdout: '' }, expect.stringContaining(why)]);
    expect(changed()).toStrictEqual([]);
  });

  test('holds are not shown to everybody', async () => {
    at.broker.answer('GET /v1/holds', problem(404, 'not_found'));
    expect(await at.run('holds')).toMatchObject({ code: 1, stdout: '' });
  });
});

(hasTerminal ? describe : describe.skip)(`at a terminal (${terminalName})`, () => {
  test('which one is asked for', async () => {
    const terminal = atTerminal(['sessions', '--end'], at.env);
    await terminal.see(/Which session\?[^]*1 +s_aaaa[^]*2 +s_abcc[^]*: /);
    terminal.type(`2${ENTER}`);
    expect(await terminal.ended()).toBe(0);
    expect(changed()).toEqual([[`DELETE /v1/sessions/${OTHER}`, undefined]]);
  });
});
