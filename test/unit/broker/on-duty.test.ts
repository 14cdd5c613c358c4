import { describe, expect, test } from '@jest/globals';
import { onCallAnywhere, onCallAskers, onDuty } from '../../../lib/broker/on-duty.ts';
import type { OnCall } from '../../../lib/broker/ports.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { engineer, entitlement, policy, principal } from '../../support/builders.ts';

const asking = (lists: Readonly<Record<string, readonly string[]>>): OnCall & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    emails: (name) => {
      asked.push(name);
      return Promise.resolve(lists[name] ?? []);
    },
  };
};

const groupsOf = async (onCall: OnCall, who: Principal, named: readonly string[] = ['oncall:sre']) =>
  (await onDuty(onCall, named, Promise.resolve({ principal: who }))).principal.groups;

describe('whoever is on call', () => {
  test('has that group besides their own', async () => {
    const onCall = asking({ sre: ['Engineer@example.com'] });
    expect(await groupsOf(onCall, engineer)).toEqual(['okta:sre', 'oncall:sre']);
  });

  test('has it of those only in which they are', async () => {
    const onCall = asking({ sre: ['engineer@example.com'], dba: ['somebody@example.com'] });
    expect(await groupsOf(onCall, engineer, ['oncall:sre', 'oncall:dba'])).toEqual(['okta:sre', 'oncall:sre']);
  });

  test.each([
    ['another address', ['engineer@example.com.evil.example']],
    ['a part of the address', ['engineer']],
    ['an address that only Unicode folds to it', ['eng\u0130neer@example.com']],
    ['nobody', []],
  ])('is not somebody for %s', async (_what, emails) => {
    expect(await groupsOf(asking({ sre: emails }), engineer)).toEqual(['okta:sre']);
  });

  test('is nobody whose address was not verified', async () => {
    const { handle, issuer, subject, kind, groups, groupsAt, authenticatedAt, methods } = engineer;
    const nameless = { handle, issuer, subject, kind, groups, groupsAt, authenticatedAt, methods };
    expect(await groupsOf(asking({ sre: ['engineer@example.com'] }), nameless)).toEqual(['okta:sre']);
  });

  test('is no workload', async () => {
    const job = principal('engineer', ['sre'], { kind: 'workload' });
    expect(await groupsOf(asking({ sre: ['engineer@example.com'] }), job)).toEqual(['okta:sre']);
  });

  test('is asked about while the caller is still being looked up', async () => {
    const onCall = asking({});
    const caller = onDuty(onCall, ['oncall:sre'], new Promise<{ principal: Principal }>(() => undefined));
    await Promise.race([caller, Promise.resolve()]);
    expect(onCall.asked).toEqual(['sre']);
  });

  test('does not matter to somebody who is not signed in', async () => {
    const nobody = Promise.reject(new Error('not signed in'));
    await expect(onDuty(asking({}), ['oncall:sre'], nobody)).rejects.toThrow('not signed in');
  });
});

describe('the on-call groups that are asked about', () => {
  const rules = policy([
    entitlement({
      requesters: { groups: ['okta:sre', 'oncall:sre'] },
      approval: {
        stages: [{ from: { groups: ['oncall:leads'] }, count: 1 }],
        withinSeconds: 60,
        escalation: { afterSeconds: 30, to: { groups: ['oncall:managers'] } },
      },
      revokers: { groups: ['oncall:security'] },
    }),
    entitlement({ id: 'other', approval: 'auto', requesters: { groups: ['oncall:sre'] } }),
    entitlement({
      id: 'glass',
      extension: {
        maxTotalSeconds: 3600,
        approval: { stages: [{ from: { groups: ['oncall:extenders'] }, count: 1 }], withinSeconds: 60 },
      },
      breakGlass: {
        ...{ requesters: { groups: ['oncall:breakers'] }, reviewers: { groups: ['oncall:reviewers'] }, notify: [] },
        ...{ maxDurationSeconds: 900, issuesPerHour: 4, reviewWithinSeconds: 3600 },
      },
    }),
  ]);

  test('are those that decide who may ask', () => {
    expect(onCallAskers(rules)).toEqual(['oncall:sre', 'oncall:breakers']);
  });

  test('are all that decide anything, each once', () => {
    expect([...onCallAnywhere(rules)].sort()).toEqual([
      ...['oncall:breakers', 'oncall:extenders', 'oncall:leads', 'oncall:managers', 'oncall:reviewers'],
      ...['oncall:security', 'oncall:sre'],
    ]);
  });

  test('are none where access.yml names none', () => {
    expect([onCallAskers(policy()), onCallAnywhere(policy())]).toEqual([[], []]);
    const others = Object.entries(policy()).filter(([member]) => member !== 'security');
    expect(onCallAnywhere(Object.fromEntries(others) as unknown as AccessPolicy)).toEqual([]);
    const secured = { ...policy(), security: { groups: ['oncall:security', 'okta:security'] } };
    expect(onCallAnywhere(secured)).toEqual(['oncall:security']);
  });
});
