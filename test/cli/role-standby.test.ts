import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalAws } from '../../local/aws/server.ts';
import { BROKER_ACCOUNT, codeOf, role, start, world } from '../local/aws/small-world.ts';
import { assume, assumeRevoker, boundariesIn, rolesIn, stackOf } from './made-roles.ts';
import { CREDENTIALS, ISSUER, type RoleTemplates, roleTemplates } from './role-templates.ts';
import { hatcheck } from './run.ts';

const of = (stage: string, name: string) => `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/hatcheck-${stage}-${name}`;
const [STANDBY, STRANGER] = [of('prod-b', 'credentials'), of('prod-c', 'credentials')];
const ENDING = ['prod', 'prod-b', 'prod-c'].map((stage) => of(stage, 'on-revocation'));

let at: RoleTemplates;
beforeAll(() => {
  at = roleTemplates();
});
afterAll(() => {
  at.close();
});

describe('a role that lets in a standby as well', () => {
  let aws: LocalAws;
  beforeAll(async () => {
    const stack = await stackOf(at, 'prod-admin', '111122223333', '--standby', 'prod-b');
    const callers = [CREDENTIALS, STANDBY, STRANGER, ...ENDING].map((arn) => role(arn));
    aws = await start({ world: { ...world(...rolesIn(stack), ...callers), managedPolicies: boundariesIn(stack) } });
  });
  afterAll(() => aws.close());

  test('opens sessions for both, and for no third', async () => {
    for (const caller of [CREDENTIALS, STANDBY]) expect(await codeOf(assume(aws, caller))).toBe('none');
    for (const caller of [STRANGER, ...ENDING]) expect(await codeOf(assume(aws, caller))).toBe('AccessDenied');
  });

  test('asks the standby for what it asks of the other', async () => {
    for (const lacking of [{ ExternalId: 'another' }, { Tags: [] }, { SourceIdentity: undefined }])
      expect(await codeOf(assume(aws, STANDBY, lacking))).toBe('AccessDenied');
  });

  test('the revoker role is for the ending functions of both, and of no third', async () => {
    const [first = '', second = '', third = ''] = ENDING;
    for (const caller of [first, second]) expect(await codeOf(assumeRevoker(aws, caller))).toBe('none');
    for (const caller of [third, CREDENTIALS, STANDBY])
      expect(await codeOf(assumeRevoker(aws, caller))).toBe('AccessDenied');
  });
});

/** The same without the standby: one principal is a string. */
const withoutStandby = (template: string): string => {
  const member = String.raw`\[\s*(\\?"arn:[^"\\]*hatcheck-prod-(?:credentials|on-revocation)\\?"),\s*\\?"[^"\\]*hatcheck-prod-b-[^"\\]*\\?"\s*\]`;
  return template.replaceAll(new RegExp(member, 'g'), '$1');
};

describe('a template with a standby differs in whom it lets in, and in nothing else', () => {
  test.each([
    ['cloudformation', 'prod-admin', 2],
    ['terraform', 'prod-admin', 2],
    ['cloudformation', 'staging-admin', 1],
    ['cloudformation', 'staging-legacy', 1],
  ])('%s, %s', async (format, id, times) => {
    const alone = await at.template(id, '--format', format);
    const both = await at.template(id, '--format', format, '--standby', 'prod-b');
    expect([alone.code, both.code]).toEqual([0, 0]);
    expect(alone.stdout).not.toContain('prod-b');
    expect(both.stdout.match(/hatcheck-prod-b-/g)).toHaveLength(times);
    expect(withoutStandby(both.stdout)).toBe(alone.stdout);
  });

  test('of every account at once, under the names of the stacks that they have', async () => {
    const all = (...more: readonly string[]) =>
      hatcheck(
        ['role', 'template', '--broker-account', BROKER_ACCOUNT, '--issuer', ISSUER, ...more],
        ...([{}, '', at.folder] as const),
      );
    const [alone, both] = [await all('--all', 'alone'), await all('--all', 'both', '--standby', 'prod-b')];
    expect(both.stdout.replaceAll('both/', 'alone/')).toBe(alone.stdout);
    for (const name of ['prod.json', 'staging.json']) {
      const text = readFileSync(join(at.folder, 'both', name), 'utf8');
      expect(text).toContain('hatcheck-prod-b-on-revocation');
      expect(withoutStandby(text)).toBe(readFileSync(join(at.folder, 'alone', name), 'utf8'));
    }
    expect((await all('--all', 'none', '--standby', 'prod')).code).toBe(2);
  });

  test('and says so of whom the role trusts', async () => {
    const { stderr } = await at.template('prod-admin', '--standby', 'prod-b');
    expect(stderr).toContain(`${CREDENTIALS} and ${STANDBY}, with the ExternalId`);
  });
});
