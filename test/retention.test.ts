import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

const page = read('docs/retention.md');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()));
/** What is kept, where and how long, of the row that speaks of it. */
const rowOf = (text: string): readonly string[] =>
  rows.find(([, what = '', where = '']) => `${what} ${where}`.includes(text)) ?? [];
const keptOf = (text: string): string => rowOf(text)[3] ?? '';

describe('docs/retention.md', () => {
  test('has a row for each kind of item in the identity table, and for none that is not there', () => {
    const [, kinds = ''] = /export type Kind =([^;]+);/.exec(read('lib/aws/identity-item.ts')) ?? [];
    const known = [...kinds.matchAll(/'(\w+)'/g)].map(([, kind = '']) => kind);
    const told = rows
      .filter(([, , where]) => where === 'identity table')
      .flatMap(([, what = '']) => [...what.matchAll(/`(\w+)#`/g)].map(([, kind = '']) => kind));
    expect(told.toSorted()).toEqual(known.toSorted());
  });

  test('has a row for each kind of item that is put into the index table', () => {
    const keys = globSync('serverless/*.yml').flatMap((file) =>
      [
        ...read(file).matchAll(
          /Action: (?:dynamodb:PutItem|\[.*PutItem.*\])\n\s+Resource: !GetAtt IndexTable\.Arn\n\s+Condition: (.+)/g,
        ),
      ].flatMap(([, condition = '']) => [...condition.matchAll(/'?([\w]+)#\*?'?/g)].map(([, key = '']) => key)),
    );
    expect(keys).toContain('request');
    const told = rows
      .filter(([, , where]) => where === 'index table')
      .map(([, what = '']) => what)
      .join(' ');
    for (const key of new Set(keys)) expect(told).toContain(`\`${key}#`);
  });

  test('says how long the logs are kept, and the export', () => {
    const template = read('serverless.yml');
    const [, logs = ''] = /logRetentionInDays: (\d+)/.exec(template) ?? [];
    expect(keptOf('what functions log')).toBe(`${logs} days`);
    const [, calls = ''] = /RetentionInDays: (\d+)/.exec(read('serverless/gateway.yml')) ?? [];
    expect(keptOf('calls of the API')).toBe(`${calls} days`);
    const [, days = ''] = /retentionDays: \$\{.*, (\d+)\}/.exec(template) ?? [];
    expect(keptOf('export bucket')).toBe(`${days} days (\`retentionDays\`)`);
    expect(read('serverless/audit.yml')).toContain("Mode: COMPLIANCE, Days: '${param:retentionDays}'");
  });

  test('says how long each queue keeps what it has', () => {
    const queues = globSync('serverless/*.yml').flatMap((file) => [
      ...read(file).matchAll(
        /QueueName: hatcheck-\$\{sls:stage\}-([\w-]+?)(?:\.fifo)?\n(?:(?!QueueName).*\n)*?\s+MessageRetentionPeriod: (\d+)/g,
      ),
    ]);
    expect(queues.length).toBeGreaterThan(6);
    for (const [, name = '', seconds = ''] of queues)
      expect([name, keptOf(`\`${name}\``)]).toEqual([name, `${seconds} s`]);
    const all = globSync('serverless/*.yml').flatMap((file) => [...read(file).matchAll(/Type: AWS::SQS::Queue$/gm)]);
    expect(queues).toHaveLength(all.length);
  });

  test('leans on a sweep that the identity table has, and the other two have not', () => {
    const tables = read('serverless/tables.yml');
    const ofIdentity = tables.slice(tables.indexOf('  IdentityTable:'));
    expect(ofIdentity).toContain('TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true }');
    expect(tables.match(/TimeToLiveSpecification/g)).toHaveLength(1);
    expect(tables.match(/PointInTimeRecoveryEnabled: true/g)).toHaveLength(3);
  });

  test('says as many days and seconds as the code', () => {
    expect(read('lib/aws/chat-messages.ts')).toContain('KEPT_SECONDS = 90 * 86_400');
    expect(keptOf('`chatmessage#`')).toBe('90 days');
    expect(read('lib/identity/sessions.ts')).toContain('SESSION_SECONDS = { cookie: 12 * 3600, bearer: 900 }');
    expect(read('lib/identity/sessions.ts')).toContain('UNTOLD_SECONDS = 4 * 3600');
    expect(read('lib/aws/sessions.ts')).toContain('KEPT_EXPIRED_SECONDS = 86_400');
    expect(keptOf('`session#`')).toBe('4 h or 12 h in a browser, 15 min by token, and a day more');
    expect(read('lib/identity/oauth/family.ts')).toContain('FAMILY_SECONDS = 12 * 3600');
    expect(keptOf('`family#`')).toBe('12 h');
    expect(read('lib/identity/saml-acs.ts')).toContain('PARKED_SECONDS = 60');
    expect(read('lib/identity/cookies.ts')).toContain('ATTEMPT_SECONDS = 600');
    expect(keptOf('`parked#`')).toBe('600 s; parked, with what the assertion says, 60 s');
  });

  test('names what deletes everything that is personal', () => {
    for (const kind of ['person', 'text', 'chatlink', 'session', 'family', 'upstream', 'parked', 'chatcode'])
      expect([kind, rowOf(`\`${kind}#`)[5]]).toEqual([kind, expect.stringContaining('`on-forget`')]);
  });
});
