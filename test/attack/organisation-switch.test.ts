import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import { hatcheck } from '../cli/run.ts';
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

/** As it is printed. */
const printed = (...options: readonly string[]) => hatcheck(['scp', ...options], {});

/** Whether a session may still do something; of a policy that only denies, the denies alone count. */
const isStopped = (scp: string, sourceIdentity?: string, request?: string): boolean => {
  const decision = evaluate(
    {
      caller: { kind: 'role', account: '111122223333', roleArn: TARGET, sessionArn: `${TARGET}/s` },
      ...{ action: 's3:ListAllMyBuckets', resource: '*' },
      context: new Map([
        ...(sourceIdentity === undefined ? [] : [['aws:sourceidentity', [sourceIdentity]] as const]),
        ...(request === undefined ? [] : [['aws:principaltag/hatcheck-request', [request]] as const]),
      ]),
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

describe('what the command prints', () => {
  test.each<[string, ...string[]]>([['scp-everything'], ['scp-person', '--person', person]])(
    'is the runbook’s %s',
    async (name, ...options) => {
      const { code, stdout } = await printed(...options);
      expect([code, JSON.parse(stdout)]).toEqual([0, JSON.parse(scpOf(name))]);
    },
  );

  test('for a request stops what it opened, wherever it was chained to, and nothing else of the same person', async () => {
    const [one, other] = [`r_${'A'.repeat(26)}`, `r_${'B'.repeat(26)}`];
    const { stdout } = await printed('--request', one);
    expect(isStopped(stdout, person, one)).toBe(true);
    expect(isStopped(stdout, person, other)).toBe(false);
    expect(isStopped(stdout, person)).toBe(false);
  });

  test.each([
    [['--person', 'p_*']],
    [['--person', 'engineer@example.com']],
    [['--request', 'r_*']],
    [['--request', `r_${'A'.repeat(26)}`, '--person', person]],
  ])('%j is wrong usage: a pattern would be no text that is ready to apply', async (options) => {
    expect(await printed(...options)).toMatchObject({ code: 2, stdout: '' });
  });
});
