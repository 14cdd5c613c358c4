import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accountCloudFormation, cloudFormation } from '../../lib/config/role-template/cloudformation.ts';
import { rolePlan } from '../../lib/config/role-template/plan.ts';
import type { TrustedBroker } from '../../lib/domain/target-role.ts';
import { withStandby } from '../../serverless/standby/plugin.ts';
import type { Template } from '../../serverless/standby/template.ts';
import { packagedEdge } from '../policy/edge-template.ts';
import { HAS_STANDBY, IS_STANDBY } from '../policy/standby-stages.ts';
import { changed, packaged, property } from '../policy/template.ts';
import { entitlement } from '../support/builders.ts';
import { sayMissing } from './skipped.ts';

const found = spawnSync('cfn-lint', ['--version']).status === 0;
sayMissing('cfn-lint', found ? undefined : 'cfn-lint');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-cfn-lint-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** In a region of each partition, whatever its own rules say beside `.cfnlintrc.yaml`. */
const lint = (template: string, options: readonly string[] = []) => {
  const file = join(folder, 'template.json');
  writeFileSync(file, template);
  const args = ['--config-file', '.cfnlintrc.yaml', ...options, '--', file];
  const { status, stdout } = spawnSync('cfn-lint', args, { encoding: 'utf8' });
  return { status, stdout };
};

(found ? describe : describe.skip)('cfn-lint finds nothing in what is deployed', () => {
  let template: unknown;
  beforeAll(async () => {
    ({ template } = await packaged());
  });

  test('in any partition', () => {
    expect(lint(JSON.stringify(template))).toEqual({ status: 0, stdout: '' });
  });

  test('and would find what is wrong in one of them, or in all', () => {
    const faults = [
      ['E3002', property('LedgerTable', 'PointInTimeRecovery'), true],
      ['E3006', ['Resources', 'Mails'], { Type: 'AWS::SES::ConfigurationSet' }],
      ['E1010', property('LedgerAlteredAlarm', 'AlarmDescription'), { 'Fn::GetAtt': ['LedgerTable', 'Nothing'] }],
    ] as const;
    const wrong = faults.reduce((so, [, path, value]) => changed(so, path, value), template);
    const { stdout } = lint(JSON.stringify(wrong));
    expect(faults.filter(([code]) => !stdout.includes(code))).toStrictEqual([]);
  });
});

(found ? describe : describe.skip)('cfn-lint finds nothing where there is a standby', () => {
  let template: Template;
  beforeAll(async () => {
    template = (await packaged()).template as Template;
  });

  const there = ['--regions', 'eu-west-1'];

  test.each([
    ['in the one', HAS_STANDBY],
    ['in the other', IS_STANDBY],
  ])('%s', (_name, standby) => {
    expect(lint(JSON.stringify(withStandby(template, standby)), there)).toEqual({ status: 0, stdout: '' });
  });

  test('and would find a table that is none', () => {
    const wrong = changed(
      withStandby(template, HAS_STANDBY),
      property('LedgerTable', 'MultiRegionConsistency'),
      'SOME',
    );
    expect(lint(JSON.stringify(wrong), there).stdout).toContain('E3030');
  });
});

(found ? describe : describe.skip)('cfn-lint finds nothing in the edge', () => {
  let template: unknown;
  beforeAll(async () => {
    template = await packagedEdge();
  });

  const there = ['--regions', 'us-east-1'];

  test('where CloudFront and WAF are', () => {
    expect(lint(JSON.stringify(template), there)).toEqual({ status: 0, stdout: '' });
  });

  test('and would find a distribution that is none', () => {
    const wrong = changed(template, property('Distribution', 'DistributionConfig', 'HttpVersion'), 'http4');
    expect(lint(JSON.stringify(wrong), there).stdout).toContain('E3030');
  });
});

(found ? describe : describe.skip)('cfn-lint finds nothing in what a target account makes', () => {
  const { session } = entitlement();
  const broker: TrustedBroker = {
    credentialsRoleArns: ['arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-credentials'],
    onRevocationRoleArns: ['arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-on-revocation'],
    ...{ issuer: 'https://issuer.example.com', organization: 'o-aaaaaaaaaa' },
  };

  test.each(['assumeRole', 'webIdentity', 'saml'] as const)('by %s', (via) => {
    const plan = rolePlan([entitlement({ session: { ...session, via } })], broker, [
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ]);
    expect(lint(cloudFormation(plan))).toEqual({ status: 0, stdout: '' });
  });

  test('for all that an account lends at once', () => {
    const roles = ['Admin', 'Read-Only'].map((name) => `arn:aws:iam::111122223333:role/hatcheck/${name}`);
    const [first, ...others] = roles.map((roleArn) =>
      rolePlan([entitlement({ roleArn, session: { ...session, via: 'webIdentity' } })], broker, []),
    );
    expect(lint(accountCloudFormation('prod', [first!, ...others]))).toEqual({ status: 0, stdout: '' });
  });

  test('and would find a property that is none', () => {
    const plan = rolePlan([entitlement()], broker, []);
    expect(lint(cloudFormation(plan).replace('"MaxSessionDuration"', '"MaxSession"')).status).not.toBe(0);
  });
});
