import { beforeAll, describe, expect, test } from '@jest/globals';
import { allow, arnOf, onKeys } from './broken.ts';
import { ADMINISTRATOR, type Simulation, type Table, simulation } from './simulate.ts';
import { type Compiled, changed, packaged, property, resolved, statement } from './template.ts';

let compiled: Compiled;
let may: Simulation['may'];
let functions: readonly string[];
beforeAll(async () => {
  compiled = await packaged();
  const stack = resolved(compiled.template);
  may = simulation(stack).may;
  functions = Object.keys(stack.functions).sort();
});

/** They are allowed nothing there, so that they need no deny. */
const KNOW_NO_LEDGER = ['portal', 'issuer', 'chatops'];

const altering = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'];

const whoMay = (action: string, table: Table, key: string): string[] =>
  functions.filter((id) => may(id, action, { table, key }) === 'allowed');

describe('who may put what', () => {
  test.each<[Table, string, string[]]>([
    ['ledger', 'signin#01J', ['signin', 'token']],
    ['ledger', 'request#r_A', ['requests', 'credentials', 'on-chat-act', 'on-schedule', 'on-revocation']],
    ['ledger', 'control', ['requests', 'on-deploy']],
    ['ledger', 'person#p_A', ['signin', 'requests', 'on-chat-act', 'on-forget']],
    ['ledger', 'refusals#r_A', ['credentials']],
    ['ledger', 'alarm#2026-03-02', ['on-ledger-event']],
    ['ledger', 'control#2026-03', []],
    ['ledger', 'xrequest#r_A', []],
    ['index', 'request#r_A', ['requests', 'on-chat-act', 'on-ledger-event', 'on-schedule', 'on-revocation']],
    ['index', 'session#x', []],
    ['index', 'find#person#p_A#2026-03', ['on-ledger-event']],
    ['identity', 'session#x', ['signin', 'token']],
    ['identity', 'code#x', ['token']],
    ['identity', 'family#p_A', ['token']],
    ['identity', 'refresh#p_A', ['token']],
    ['identity', 'attempt#x', ['signin']],
    ['identity', 'replay#x', ['signin', 'token']],
    ['identity', 'person#p_A', ['signin', 'token']],
    ['identity', 'text#p_A', ['requests', 'on-chat-act']],
    ['identity', 'request#r_A', []],
  ])('into the %s, under %s: %j', (table, key, who) => {
    expect(whoMay('dynamodb:PutItem', table, key)).toEqual(who.toSorted());
  });
});

/** What is told, put into the log, exported and audited is any stream's. */
const FOLLOW_ALL = ['on-ledger-event', 'on-sequence', 'on-export', 'audit'];

describe('who may read what', () => {
  test.each<[string, Table, string, string[]]>([
    [
      ...(['Query', 'ledger', 'request#r_A'] as const),
      [
        ...['requests', 'credentials', 'on-chat-act', 'on-notice', 'on-schedule', 'on-revocation', 'on-forget'],
        ...FOLLOW_ALL,
      ],
    ],
    ['Query', 'ledger', 'control', ['requests', 'credentials', 'on-chat-act', 'on-deploy', ...FOLLOW_ALL]],
    ['Query', 'ledger', 'person#p_A', ['signin', 'requests', 'credentials', 'on-chat-act', 'on-forget', ...FOLLOW_ALL]],
    ['Query', 'ledger', 'signin#01J', FOLLOW_ALL.filter((id) => id !== 'on-ledger-event')],
    ['Query', 'ledger', 'alarm#2026-03-02', FOLLOW_ALL],
    ['GetItem', 'identity', 'session#x', ['signin', 'token', 'requests', 'credentials', 'audit']],
    ['BatchGetItem', 'identity', 'text#p_A', ['requests', 'on-chat-act', 'on-notice', 'audit']],
    ['Query', 'index', 'find#person#p_A#2026-03', ['audit']],
    ['GetItem', 'identity', 'person#p_A', []],
    ['DeleteItem', 'identity', 'session#x', ['signin', 'token', 'requests', 'on-forget']],
    ['DeleteItem', 'identity', 'refresh#p_A', ['on-forget']],
  ])('by %s of the %s, under %s: %j', (operation, table, key, who) => {
    expect(whoMay(`dynamodb:${operation}`, table, key)).toEqual(who.toSorted());
  });
});

describe('the ledger is append-only', () => {
  test.each(altering)('%s by a function is denied, explicitly, twice over', (operation) => {
    const untold = simulation(
      resolved(changed(compiled.template, property('LedgerTable', 'ResourcePolicy'), undefined)),
    );
    for (const id of functions) {
      const on = { table: 'ledger', key: 'request#r_A' } as const;
      expect([id, may(id, `dynamodb:${operation}`, on)]).toEqual([id, 'denied']);
      // Without the table's own policy the roles still say no.
      expect(untold.may(id, `dynamodb:${operation}`, on)).toBe(KNOW_NO_LEDGER.includes(id) ? 'not allowed' : 'denied');
    }
  });

  test.each(altering)('%s by an administrator is denied by the table itself, and by nothing else', (operation) => {
    const action = `dynamodb:${operation}`;
    expect(may(ADMINISTRATOR, action, { table: 'ledger', key: 'request#r_A' })).toBe('denied');
    expect(may(ADMINISTRATOR, action, { table: 'index', key: 'request#r_A' })).toBe('allowed');
    const open = changed(compiled.template, property('LedgerTable', 'ResourcePolicy'), undefined);
    expect(simulation(resolved(open)).may(ADMINISTRATOR, action, { table: 'ledger', key: 'request#r_A' })).toBe(
      'allowed',
    );
  });

  test('a role that is given UpdateItem by mistake still may not', () => {
    const added = allow('dynamodb:UpdateItem', arnOf('LedgerTable'), ['request#*']);
    const mistaken = changed(compiled.template, statement('RequestsRole', '+'), added);
    const on = { table: 'ledger', key: 'request#r_A' } as const;
    expect(simulation(resolved(mistaken)).may('requests', 'dynamodb:UpdateItem', on)).toBe('denied');
  });
});

describe('sessions of target roles', () => {
  const target = { arn: 'arn:aws:iam::111122223333:role/hatcheck/Admin' };

  test.each(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'])('%s is for credentials only', (action) => {
    expect(functions.filter((id) => may(id, action, target) === 'allowed')).toEqual(['credentials']);
  });

  test.each([
    'arn:aws:iam::111122223333:role/Admin',
    'arn:aws:iam::111122223333:role/other/Admin',
    'arn:aws:iam::444455556666:role/hatcheck/Admin',
    'arn:aws:iam::777788889999:role/hatcheck/hatcheck-dev-signin',
  ])('%s is no role that access.yml names: credentials may not assume it', (arn) => {
    expect(may('credentials', 'sts:AssumeRole', { arn })).toBe('not allowed');
  });

  test.each(['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoot', 'sts:GetFederationToken', 'iam:PassRole'])(
    'nobody may %s',
    (action) => {
      expect(functions.filter((id) => may(id, action, target) !== 'not allowed')).toStrictEqual([]);
    },
  );
});

test('whoever may write summaries can be made to mint sessions by a wider key only, and then it shows', () => {
  const wider = changed(compiled.template, statement('RequestsRole', 'Sid=KeepWords', 'Condition'), onKeys('*'));
  const on = { table: 'identity', key: 'session#x' } as const;
  expect(may('requests', 'dynamodb:PutItem', on)).toBe('not allowed');
  expect(simulation(resolved(wider)).may('requests', 'dynamodb:PutItem', on)).toBe('allowed');
});
