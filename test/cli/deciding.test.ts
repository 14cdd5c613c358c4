import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, problem, requestView, signedIn } from './signed-in.ts';
import { ENTER, atTerminal, hasTerminal, leaveTerminals, terminalName } from './terminal.ts';

const [A, AB, B] = [`r_${'A'.repeat(26)}`, `r_AB${'C'.repeat(24)}`, `r_${'B'.repeat(26)}`] as const;
const stages = [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1, approvals: [] }];
const waiting = (id: string, actions = ['approve', 'deny']): object =>
  requestView(id, {
    ...{
      status: 'pending',
      grant: undefined,
      stages,
      actions,
      seq: 7,
      justification: 'the disk \u001b[31mis\u202e full',
    },
    requester: { handle: 'p_x', email: 'engineer@example.com' },
  });
const mine = (id: string, actions: readonly string[]): object => requestView(id, { actions, seq: 9 });

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
  for (const as of ['requester', 'approver', 'auditor']) lists(as);
});
afterEach(async () => {
  leaveTerminals();
  await at.close();
});

const lists = (as: string, ...requests: readonly object[]): void => {
  at.broker.answer(`GET /v1/requests?as=${as}&limit=200`, { status: 200, json: { requests } });
};
const knows = (id: string, request: object): void => {
  at.broker.answer(`GET /v1/requests/${id}`, { status: 200, json: { request } });
  const evidence = { unusual: [{ code: 'x', detail: 'Never asked for before.' }] };
  at.broker.answer(`GET /v1/requests/${id}?evidence=true`, { status: 200, json: { request, events: [], evidence } });
};
const takes = (id: string, action: string, request = requestView(id)): void => {
  at.broker.answer(`POST /v1/requests/${id}/${action}`, { status: 200, json: { request } });
};
const sent = (): readonly [string, unknown][] =>
  at.broker.heard
    .filter(({ route }) => route.startsWith('POST'))
    .map(({ route, body }) => [route, JSON.parse(body) as unknown]);

describe('which request is meant', () => {
  beforeEach(() => {
    lists('requester', mine(AB, ['end', 'extend']), mine(A, ['cancel']), mine(B, []));
    for (const id of [A, AB, B]) takes(id, 'cancel');
    takes(AB, 'end');
  });

  test.each([
    ['the newest one that it is possible with', ['cancel', 'last'], A],
    ['the only one that begins so', ['cancel', 'r_ab'], AB],
    ['without its first two characters, too', ['cancel', 'BBB'], B],
  ])('is %s', async (_what, words, id) => {
    expect(await at.run(...words)).toMatchObject({ code: 0, stderr: '' });
    expect(sent()).toEqual([[`POST /v1/requests/${id}/cancel`, {}]]);
  });

  test('is not guessed: a beginning that several have is refused with their ids', async () => {
    const { code, stderr } = await at.run('end', 'r_A');
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`${AB}.*${A}`))]);
    expect(sent()).toStrictEqual([]);
  });

  test.each([
    [['end'], 2, 'say which request'],
    [['end', 'r_ZZZ'], 1, 'none whose id begins with r_ZZZ'],
    [['end', '../../holds'], 2, 'no request'],
    [['approve', 'last', '--yes'], 2, 'whole id'],
    [['deny', 'last', '--because', 'x'], 1, 'no request that you may deny'],
  ])('%j without a terminal ends with %d, and nothing is done', async (words, code, why) => {
    const { stderr, ...result } = await at.run(...words);
    expect([result, stderr]).toEqual([{ code, stdout: '' }, expect.stringContaining(why)]);
    expect(sent()).toStrictEqual([]);
  });
});

describe('acts', () => {
  const body = async (...words: readonly string[]): Promise<unknown> => {
    const { code, stderr } = await at.run(...words);
    expect([code, stderr]).toEqual([0, '']);
    return sent()[0];
  };
  beforeEach(() => {
    knows(A, waiting(A));
    for (const action of ['approve', 'deny', 'revoke', 'extend', 'review']) takes(A, action);
  });

  test('approve says all that was said, of what was named whole', async () => {
    const words = ['--for', '30m', '--at', '2026-11-23T14:30Z', '--comment', 'less', '--bundle', '--seq', '7'];
    expect(await body('approve', A.toLowerCase(), '--yes', ...words)).toEqual([
      `POST /v1/requests/${A}/approve`,
      { durationSeconds: 1800, startAt: '2026-11-23T14:30:00.000Z', comment: 'less', bundle: true, seq: 7 },
    ]);
  });

  test.each([
    [['deny', A, '--because', 'no'], 'deny', { reason: 'no' }],
    [['revoke', A, '--because', 'lost'], 'revoke', { reason: 'lost' }],
    [['extend', A, '--for', '30m', '--because', 'slow'], 'extend', { durationSeconds: 1800, justification: 'slow' }],
    [['verdict', A, 'justified', '--because', 'it was'], 'review', { verdict: 'justified', comment: 'it was' }],
  ])('%j', async (words, action, said) => {
    expect(await body(...words)).toEqual([`POST /v1/requests/${A}/${action}`, said]);
  });

  test.each([
    [['approve', A], '--yes'],
    [['deny', A], '--because'],
    [['revoke', A], '--because'],
    [['extend', A, '--because', 'slow'], '--for'],
    [['verdict', A, '--because', 'x'], 'justified or unjustified'],
  ])('%j without a terminal is refused with what is missing', async (words, missing) => {
    const { code, stdout, stderr } = await at.run(...words);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(missing)]);
    expect(sent()).toStrictEqual([]);
  });

  test('what the server refuses is said with its code, and --json is its answer', async () => {
    at.broker.answer(`POST /v1/requests/${A}/revoke`, problem(409, 'wrong_status', 'It is over.'));
    const refused = await at.run('revoke', A, '--because', 'x', '--json');
    expect([refused.code, JSON.parse(refused.stderr)]).toMatchObject([1, { error: { code: 'wrong_status' } }]);
    const { stdout } = await at.run('deny', A, '--because', 'x', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ request: { id: A } });
  });
});

describe('hatcheck show and requests', () => {
  test('show has what was asked, the evidence and the events; somebody’s words do nothing to the terminal', async () => {
    knows(A, waiting(A));
    const { code, stdout } = await at.run('show', A);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/because +│ the disk ⟨U\+001B⟩\[31mis⟨U\+202E⟩ full/)]);
    expect(stdout).toMatch(/unusual +Never asked for before\.\nevents/);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  test('requests has one a line, and says that there are more', async () => {
    const page = { requests: [waiting(A), mine(B, [])], nextCursor: 'abc' };
    at.broker.answer('GET /v1/requests?as=approver&status=pending&limit=5', { status: 200, json: page });
    const words = ['requests', '--as', 'approver', '--status', 'pending', '--limit', '5'];
    expect((await at.run(...words)).stdout).toMatch(
      /^REQUEST .*\nr_AAAAAAAA +pending +prod-read +engineer@example\.com.*\nr_BBBBBBBB +active until .*\nThere are more/,
    );
    expect(JSON.parse((await at.run(...words, '--json')).stdout)).toMatchObject({ nextCursor: 'abc' });
    expect(await at.run('requests', '--limit', '201')).toMatchObject({ code: 2 });
  });
});

(hasTerminal ? describe : describe.skip)(`at a terminal (${terminalName})`, () => {
  test('approve offers what waits, shows all of it, and binds the yes to what was shown', async () => {
    lists('approver', waiting(A), waiting(B, []));
    knows(A, waiting(A));
    takes(A, 'approve');
    const terminal = atTerminal(['approve'], at.env);
    await terminal.see(/Which request\?[^]*1 +r_AAAAAAAA +pending +prod-read +engineer@example.com[^]*: /);
    terminal.type(`1${ENTER}`);
    await terminal.see(/because +│ the disk ⟨U\+001B⟩[^]*unusual[^]*Say yes\? \[y\/N\]: /);
    terminal.type(`y${ENTER}`);
    expect(await terminal.ended()).toBe(0);
    expect(terminal.raw()).not.toContain('r_BBBB');
    expect(sent()).toEqual([[`POST /v1/requests/${A}/approve`, { seq: 7 }]]);
  });

  test('whoever does not say yes has decided nothing', async () => {
    knows(A, waiting(A));
    const terminal = atTerminal(['approve', A], at.env);
    await terminal.see(/Say yes\? \[y\/N\]: /);
    terminal.type(ENTER);
    await terminal.see(/left as it is/);
    expect(await terminal.ended()).toBe(130);
    expect(sent()).toStrictEqual([]);
  });

  test('a yes that was typed before anything was shown is none', async () => {
    knows(A, waiting(A));
    const terminal = atTerminal(['approve', A], at.env);
    terminal.type(`y${ENTER}y`);
    await terminal.see(/Say yes\? \[y\/N\]: /);
    terminal.type(ENTER);
    await terminal.see(/left as it is/);
    expect(await terminal.ended()).toBe(130);
    expect(sent()).toStrictEqual([]);
  });

  test('deny and verdict ask for what is missing', async () => {
    knows(A, waiting(A));
    takes(A, 'deny');
    takes(A, 'review');
    const denying = atTerminal(['deny', A], at.env);
    await denying.see(/Why not: /);
    denying.type(`not today${ENTER}`);
    expect(await denying.ended()).toBe(0);
    const judging = atTerminal(['verdict', A], at.env);
    await judging.see(/What was it\?[^]*: /);
    judging.type(`unj${ENTER}`);
    await judging.see(/Why: /);
    judging.type(`it was not${ENTER}`);
    expect(await judging.ended()).toBe(0);
    expect(sent().map(([, body]) => body)).toEqual([
      { reason: 'not today' },
      { verdict: 'unjustified', comment: 'it was not' },
    ]);
  });
});
