import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import { handleOf } from '../support/builders.ts';

const TARGET = 'arn:aws:iam::111122223333:role/hatcheck/Admin';
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const administrator = parsePolicy(ALL, 'identity', 'administrator');
/** "Quotas for AWS Organizations", characters of a service control policy. */
const MAX_CHARACTERS = 5120;

/** A service control policy of docs/operations.md, as it is to be attached. */
const scpOf = (name: string): string => {
  const text = readFileSync('docs/operations.md', 'utf8');
  const [, json = ''] = new RegExp(`\`\`\`json ${name}\n([^\`]+)\`\`\``).exec(text) ?? [];
  return json;
};

/** Whether a session may still do something; of a policy that only denies, the denies alone count. */
const isStopped = (scp: string, sourceIdentity?: string): boolean => {
  const decision = evaluate(
    {
      caller: { kind: 'role', account: '111122223333', roleArn: TARGET, sessionArn: `${TARGET}/s` },
      ...{ action: 's3:ListAllMyBuckets', resource: '*' },
      context: new Map(sourceIdentity === undefined ? [] : [['aws:sourceidentity', [sourceIdentity]]]),
    },
    { identity: [administrator, parsePolicy(JSON.parse(scp), 'identity', 'service control policy')] },
  );
  return !decision.allowed;
};

const person = `p_${'A'.repeat(43)}`;

describe('the service control policies of the runbook', () => {
  test.each(['scp-everything', 'scp-person'])('%s stops the person, and nobody that Hatcheck lent nothing', (name) => {
    const scp = scpOf(name);
    expect(isStopped(scp, person)).toBe(true);
    expect(isStopped(scp)).toBe(false);
    expect(isStopped(scp, 'somebody-elses-broker')).toBe(false);
    expect(scp.length).toBeLessThan(MAX_CHARACTERS);
  });

  test('the one is for everybody, the other for one', () => {
    expect(isStopped(scpOf('scp-everything'), handleOf('engineer'))).toBe(true);
    expect(isStopped(scpOf('scp-person'), handleOf('engineer'))).toBe(false);
  });
});
