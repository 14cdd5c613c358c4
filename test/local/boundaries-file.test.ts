import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CreatePolicyVersionCommand, IAMClient, SetDefaultPolicyVersionCommand } from '@aws-sdk/client-iam';
import { ALLOW_EVERYTHING, boundaryArn, boundaryDocument } from '../../lib/domain/boundary.ts';
import type { TrustedBroker } from '../../lib/domain/target-role.ts';
import { openBoundaries } from '../../local/boundaries-file.ts';
import { boundedRoles } from '../../local/target-accounts.ts';
import { entitlement, policy } from '../support/builders.ts';
import { requestIdOf } from '../support/revocations.ts';
import { TARGET, TARGET_ACCOUNT, clientConfig, role, start, world } from './aws/small-world.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-boundaries-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const of = entitlement({ roleArn: TARGET, account: { ...entitlement().account, id: TARGET_ACCOUNT } });
const broker: TrustedBroker = {
  credentialsRoleArns: [TARGET],
  onRevocationRoleArns: [TARGET],
  issuer: 'http://127.0.0.1:3000',
};
const BOUNDARY = boundaryArn(of);
const documentOf = (...requestIds: string[]) =>
  boundaryDocument({ ...of, ...broker }, [ALLOW_EVERYTHING], { requestIds });

const made = () => boundedRoles(policy([of]), broker, openBoundaries(folder).of).managedPolicies[BOUNDARY];

describe('boundaries on a laptop', () => {
  test('deny nobody at first', () => {
    expect(made()).toEqual(documentOf());
  });

  test('deny after a restart whom they denied before it', async () => {
    const writer = `arn:aws:iam::${TARGET_ACCOUNT}:role/writer`;
    const aws = await start({
      world: { ...world(role(writer)), managedPolicies: { [BOUNDARY]: { ...documentOf() } } },
      onPolicy: openBoundaries(folder).keep,
    });
    try {
      const iam = new IAMClient(clientConfig(aws, writer));
      const write = (...ids: string[]) =>
        iam.send(
          new CreatePolicyVersionCommand({
            ...{ PolicyArn: BOUNDARY, SetAsDefault: true },
            PolicyDocument: JSON.stringify(documentOf(...ids)),
          }),
        );
      await write(requestIdOf(1));
      await write(requestIdOf(1), requestIdOf(2));
      expect(made()).toEqual(documentOf(requestIdOf(1), requestIdOf(2)));
      await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v2' }));
    } finally {
      await aws.close();
    }
    expect(made()).toEqual(documentOf(requestIdOf(1)));
    expect(statSync(join(folder, 'boundaries.json')).mode & 0o777).toBe(0o600);
  });

  test('have this version\u2019s guards after a restart, and the account\u2019s own statements', () => {
    const own = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [own, { ...own, Sid: 'HatcheckOld' }] });
    writeFileSync(join(folder, 'boundaries.json'), JSON.stringify({ [BOUNDARY]: text }));
    expect(made()).toEqual(boundaryDocument({ ...of, ...broker }, [own], { requestIds: [] }));
  });

  test('are not read from a file that is none of theirs', () => {
    writeFileSync(join(folder, 'boundaries.json'), '[]');
    expect(() => openBoundaries(folder)).toThrow();
    expect(readFileSync(join(folder, 'boundaries.json'), 'utf8')).toBe('[]');
  });
});
