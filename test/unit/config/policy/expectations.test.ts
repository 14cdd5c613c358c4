import { describe, expect, test } from '@jest/globals';
import { AccessFileError } from '../../../../lib/config/access-fault.ts';
import { tryExpectations } from '../../../../lib/config/policy/expectations.ts';
import { compiled, line } from './written.ts';

const policy = compiled(line('read') + line('admin', "ticket: { pattern: '^OPS-[0-9]+$' }"));

const file = (...expectations: readonly string[]): string => `version: 1
principals:
  engineer: { groups: [okta:sre] }
  nobody: {}
expectations:
${expectations.map((each) => `  - { ${each} }\n`).join('')}`;

const faultsOf = (text: string): readonly string[] => {
  try {
    tryExpectations(policy, text, 'access.test.yml');
  } catch (error) {
    if (error instanceof AccessFileError)
      return error.faults.map(({ line: at, path, code }) => `${at} ${path} ${code}`);
    throw error;
  }
  return [];
};

describe('an expectation', () => {
  test.each<readonly [string, boolean, string]>([
    ['as: engineer, entitlement: read, expect: allowed', true, 'allowed'],
    ['as: engineer, entitlement: read, expect: not_eligible', false, 'allowed'],
    ['as: nobody, entitlement: read, expect: not_eligible', true, 'not_eligible (eligible)'],
    ['as: nobody, entitlement: read, expect: allowed', false, 'not_eligible (eligible)'],
    ['as: engineer, entitlement: admin, expect: invalid_input', true, 'invalid_input (ticket)'],
    ['as: engineer, entitlement: admin, expect: invalid_input, rule: ticket', true, 'invalid_input (ticket)'],
    ['as: engineer, entitlement: admin, expect: invalid_input, rule: duration', false, 'invalid_input (ticket)'],
    ['as: engineer, entitlement: admin, expect: allowed, ticket: OPS-1, for: 30m', true, 'allowed'],
    ['as: nobody, act: issue, entitlement: admin, expect: not_eligible', true, 'not_eligible (eligible)'],
    ["as: engineer, entitlement: read, expect: allowed, at: '2026-03-29T02:30:00+02:00'", true, 'allowed'],
  ])('{ %s }: met %s, since it is %s', (text, passed, got) => {
    expect(tryExpectations(policy, file(text), 'access.test.yml')).toMatchObject([{ passed, got, line: 6 }]);
  });

  test('comes out the same whenever it is tried', () => {
    const scheduled = "as: engineer, entitlement: read, expect: allowed, startAt: '2026-01-07T12:00:00Z'";
    expect(tryExpectations(policy, file(scheduled), 'access.test.yml')).toMatchObject([{ passed: true }]);
  });

  test('is called by its name, or by what it is about', () => {
    const given = file(
      'as: engineer, entitlement: read, expect: allowed',
      'name: reading is for all, as: engineer, entitlement: read, expect: allowed',
    );
    expect(tryExpectations(policy, given, 'access.test.yml').map(({ name }) => name)).toEqual([
      'engineer: request read',
      'reading is for all',
    ]);
  });
});

describe('faults of the file come all at once, each with its place', () => {
  test('in an expectation', () => {
    expect(
      faultsOf(
        file(
          'as: engineer, entitlement: raed, expect: allowed',
          'as: enginer, entitlement: read, expect: allowed',
          'as: engineer, entitlement: read, expect: allowed',
        ),
      ),
    ).toEqual(['6 expectations[0].entitlement unknown_entitlement', '7 expectations[1].as unknown_principal']);
  });

  test.each([
    ['as: engineer, entitlement: read, expect: Allowed', '6 expectations[0].expect invalid_format'],
    ['as: engineer, entitlement: read', '6 expectations[0].expect required'],
    ['as: engineer, entitlement: read, expect: allowed, fro: 1h', '6 expectations[0].fro unknown_key'],
    ['as: engineer, entitlement: read, expect: allowed, for: 1w', '6 expectations[0].for invalid_duration'],
    ['as: engineer, entitlement: read, expect: allowed, at: tomorrow', '6 expectations[0].at invalid_format'],
  ])('{ %s }', (text, fault) => {
    expect(faultsOf(file(text))).toEqual([fault]);
  });

  test('in a principal, and where there is no YAML', () => {
    expect(faultsOf(file('as: nobody, entitlement: read, expect: allowed').replace('okta:sre', 'sre'))).toEqual([
      '3 principals.engineer.groups[0] ambiguous_group',
    ]);
    expect(faultsOf('{')).toEqual(['1  invalid_yaml']);
  });
});
