import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, inMs, problem, requestView, signedIn } from './signed-in.ts';
import { CTRL_C, CTRL_D, ENTER, atTerminal, hasTerminal, leaveTerminals, terminalName } from './terminal.ts';

const ID = `r_${'A'.repeat(26)}`;
const ADMIN = {
  ...{
    id: 'prod-admin',
    title: 'Administer \u001b[31mproduction\u202e',
    accountId: '111122223333',
    accountName: 'prod',
  },
  ...{
    maxDurationSeconds: 3600,
    approval: { stages: [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1 }] },
  },
  ...{ justification: { minLength: 10 }, ticket: { pattern: '^OPS-[0-9]+$', required: true }, requires: { mfa: true } },
};
const READ = {
  ...{ id: 'prod-read', title: 'Read production', accountId: '111122223333', accountName: 'prod' },
  ...{ maxDurationSeconds: 14_400, approval: 'auto', justification: { minLength: 1 }, requires: { mfa: false } },
};
const stages = [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1, approvals: [] }];
const pending = (): object =>
  requestView(ID, {
    status: 'pending',
    grant: undefined,
    stages,
    entitlementId: 'prod-admin',
    pendingUntil: inMs(3_600_000),
  });

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
  at.broker.answer('GET /v1/entitlements', { status: 200, json: { entitlements: [ADMIN, READ] } });
});
afterEach(async () => {
  leaveTerminals();
  await at.close();
});

const asked = (): object | undefined => {
  const heard = at.broker.heard.find(({ route }) => route.startsWith('POST /v1/requests'));
  return heard && (JSON.parse(heard.body) as object);
};
const answerPending = (): void => {
  at.broker.answer('POST /v1/requests', { status: 201, json: { request: pending() } });
};

describe('hatcheck list', () => {
  test('says what may be asked for, and what it takes, in nobody else’s colours', async () => {
    const { code, stdout, stderr } = await at.run('list');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /prod-admin.*⟨U\+001B⟩.*⟨U\+202E⟩.*1h.*a yes of okta:sre-leads.*a ticket OPS-\[0-9\]\+, a second factor/,
    );
    expect(stdout).toMatch(/prod-read.*4h.*at once/);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  test('--json is what the server says', async () => {
    expect(JSON.parse((await at.run('list', '--json')).stdout)).toEqual({ entitlements: [ADMIN, READ] });
  });
});

describe('hatcheck request', () => {
  test('asks for all that was said', async () => {
    answerPending();
    const words = ['--for', '30m', '--because', 'the disk is full', '--ticket', 'OPS-7', '--at', '2026-11-23T14:30Z'];
    const scope = ['--actions', 's3:GetObject', 's3:ListBucket', '--resources', '*'];
    const { code, stdout, stderr } = await at.run('request', 'prod-admin', ...words, ...scope);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`${ID} waits for a yes of okta:sre-leads, (59m|1h) left\n$`));
    expect(asked()).toEqual({
      ...{ entitlementId: 'prod-admin', durationSeconds: 1800, justification: 'the disk is full', ticket: 'OPS-7' },
      ...{
        startAt: '2026-11-23T14:30:00.000Z',
        scope: { actions: ['s3:GetObject', 's3:ListBucket'], resources: ['*'] },
      },
    });
  });

  test('--wait ends with 0 when the grant runs, and shows the request as it is then', async () => {
    answerPending();
    at.broker.answer(`GET /v1/requests/${ID}`, { status: 200, json: { request: requestView(ID) } });
    const words = ['request', 'prod-admin', '--because', 'the disk is full', '--ticket', 'OPS-7', '--wait', '--json'];
    const { code, stdout } = await at.run(...words);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { request: { id: ID, status: 'approved' } }]);
  });

  test('--wait ends with 6 and the reason when somebody says no', async () => {
    answerPending();
    const closed = { kind: 'denied', by: { email: 'approver@example.com' }, reason: 'not \u001b[2Jtoday' };
    const request = requestView(ID, { status: 'denied', grant: undefined, closed });
    at.broker.answer(`GET /v1/requests/${ID}`, { status: 200, json: { request } });
    const words = ['request', 'prod-admin', '--because', 'the disk is full', '--ticket', 'OPS-7', '--wait'];
    const { code, stderr } = await at.run(...words);
    expect([code, stderr]).toEqual([6, expect.stringMatching(/denied by approver@example.com: not .*today/)]);
    expect(stderr).not.toContain('\u001b');
  });

  test('--break-glass needs no ticket, and says so to the server', async () => {
    answerPending();
    await at.run('request', 'prod-admin', '--because', 'nobody answers', '--break-glass');
    expect(asked()).toMatchObject({ breakGlass: true, entitlementId: 'prod-admin' });
  });

  test.each([true, false])('--dry-run writes nothing, and ends by what would be decided (%s)', async (allowed) => {
    const outcome = allowed ? 'satisfied' : 'notSatisfied';
    const decision = { allowed, rules: [{ rule: 'eligible', outcome, detail: 'A rule\u0007' }] };
    at.broker.answer('POST /v1/requests?dryRun=true', { status: 200, json: { decision } });
    const { code, stdout } = await at.run('request', 'prod-read', '--because', 'trying', '--dry-run');
    expect([code, stdout]).toEqual([allowed ? 0 : 1, expect.stringContaining('A rule⟨U+0007⟩')]);
    expect(stdout).toMatch(allowed ? /yes +eligible/ : /no +eligible/);
  });

  test.each([
    [['request'], 'entitlement'],
    [['request', 'prod-admin'], '--because, and which ticket: --ticket'],
    [['request', 'prod-read', '--because', 'x', '--for', 'soon'], 'duration'],
    [['request', 'prod-read', '--because', 'x', '--at', '25:00'], 'time'],
    [['request', 'prod-read', '--because', 'x', '--actions', 's3:*'], '--resources'],
  ])('%j without a terminal is refused with what is missing, and asks nobody', async (words, missing) => {
    const { code, stdout, stderr } = await at.run(...words);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(missing)]);
    expect(asked()).toBeUndefined();
  });

  test('a refusal has its code, and what to do next', async () => {
    at.broker.answer('POST /v1/requests', problem(403, 'step_up_required', 'A second factor is asked for.'));
    const { code, stderr } = await at.run('request', 'prod-read', '--because', 'x', '--json');
    expect([code, JSON.parse(stderr)]).toMatchObject([
      1,
      { error: { code: 'step_up_required', next: expect.stringContaining('hatcheck login --fresh') } },
    ]);
  });
});

(hasTerminal ? describe : describe.skip)(`at a terminal (${terminalName})`, () => {
  test('what is missing is asked for, with choices, until it is as it should be', async () => {
    answerPending();
    const terminal = atTerminal(['request'], at.env);
    await terminal.see(/Which entitlement\?[^]*1 +prod-admin[^]*2 +prod-read[^]*: /);
    terminal.type(`prod${ENTER}`);
    await terminal.see(/1 +prod-admin[^]*2 +prod-read[^]*part of it: /);
    terminal.type(`adm${ENTER}`);
    await terminal.see(/Why: /);
    terminal.type(`too short${ENTER}`);
    await terminal.see(/10 characters or more[^]*Why: /);
    terminal.type(`the disk is full${ENTER}`);
    await terminal.see(/Ticket \(OPS-\[0-9\]\+\): /);
    terminal.type(`7${ENTER}`);
    await terminal.see(/of the form[^]*Ticket[^]*: /);
    terminal.type(`OPS-7${ENTER}`);
    await terminal.see(/How long, at most 1h \[1h\]: /);
    terminal.type(`2h${ENTER}`);
    await terminal.see(/at most 1h[^]*How long[^]*: /);
    terminal.type(ENTER);
    await terminal.see(/waits for a yes of okta:sre-leads/);
    expect(await terminal.ended()).toBe(0);
    expect(terminal.raw()).not.toContain('\u202e');
    expect(asked()).toEqual({
      ...{ entitlementId: 'prod-admin', durationSeconds: 3600, justification: 'the disk is full', ticket: 'OPS-7' },
    });
  });

  test.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
  ])('%s at a question ends with 130, and nothing is asked for', async (_key, key) => {
    const terminal = atTerminal(['request', 'prod-admin'], at.env);
    await terminal.see(/Why: /);
    terminal.type(key);
    await terminal.see(/interrupted; nothing is half done/);
    expect(await terminal.ended()).toBe(130);
    expect(asked()).toBeUndefined();
  });

  test('--wait shows on one line who is waited for, and Ctrl-C leaves the request as it is', async () => {
    answerPending();
    at.broker.answer(`GET /v1/requests/${ID}`, { status: 200, json: { request: pending() } });
    const words = ['request', 'prod-admin', '--because', 'the disk is full', '--ticket', 'OPS-7', '--wait'];
    const terminal = atTerminal(words, at.env);
    await terminal.see(/waits for a yes of okta:sre-leads[^]*waits for a yes of okta:sre-leads/);
    terminal.type(CTRL_C);
    await terminal.see(/hatcheck: interrupted/);
    expect(await terminal.ended()).toBe(130);
    expect(terminal.raw()).toMatch(/\r\u001b\[2Khatcheck: interrupted/);
    expect(at.broker.heard.map(({ route }) => route)).not.toContain(`POST /v1/requests/${ID}/cancel`);
  });

  test('with --json nothing is asked', async () => {
    const terminal = atTerminal(['request', 'prod-admin', '--json'], at.env);
    await terminal.see(/"kind":"usage"/);
    expect(await terminal.ended()).toBe(2);
  });
});
