import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cloudFormation } from '../../lib/config/role-template/cloudformation.ts';
import { rolePlan } from '../../lib/config/role-template/plan.ts';
import { entitlement } from '../support/builders.ts';
import { sayMissing } from './skipped.ts';

const found = spawnSync('cfn-lint', ['--version']).status === 0;
sayMissing('cfn-lint', found ? undefined : 'cfn-lint');

(found ? describe : describe.skip)('cfn-lint finds nothing in what a target account makes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hatcheck-cfn-lint-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const { session } = entitlement();
  const broker = {
    credentialsRoleArn: 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-credentials',
    onRevocationRoleArn: 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-on-revocation',
    ...{ issuer: 'https://issuer.example.com', organization: 'o-aaaaaaaaaa' },
  };

  const lint = (template: string) => {
    const file = join(folder, 'template.json');
    writeFileSync(file, template);
    const { status, stdout } = spawnSync('cfn-lint', [file], { encoding: 'utf8' });
    return { status, stdout };
  };

  test.each(['assumeRole', 'webIdentity', 'saml'] as const)('by %s', (via) => {
    const plan = rolePlan([entitlement({ session: { ...session, via } })], broker, [
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ]);
    expect(lint(cloudFormation(plan))).toEqual({ status: 0, stdout: '' });
  });

  test('and would find a property that is none', () => {
    const plan = rolePlan([entitlement()], broker, []);
    expect(lint(cloudFormation(plan).replace('"MaxSessionDuration"', '"MaxSession"')).status).not.toBe(0);
  });
});
