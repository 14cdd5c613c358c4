import { describe, expect, test } from '@jest/globals';
import {
  askersAnywhere,
  askersOf,
  concernedBy,
  decidersAnywhere,
  delegates,
  onDuty,
  overseers,
} from '../../../lib/broker/on-duty.ts';
import type { OnCall } from '../../../lib/broker/ports.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { stagedFrom } from '../../../lib/domain/stages.ts';
import {
  NOON,
  approver,
  engineer,
  entitlement,
  policy,
  principal,
  recorded,
  request,
  submitted,
  words,
} from '../../support/builders.ts';

const asking = (lists: Readonly<Record<string, readonly string[]>>): OnCall & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    emails: (name, issuer) => {
      asked.push(name);
      return Promise.resolve(issuer === engineer.issuer ? (lists[name] ?? []) : []);
    },
  };
};

const groupsOf = async (onCall: OnCall, who: Principal, ...concerned: readonly string[][]) =>
  (
    await onDuty(
      { onCall },
      who,
      (concerned.length === 0 ? [['oncall:sre']] : concerned).map((groups) => ({ groups })),
    )
  ).groups;

describe('whoever is on call', () => {
  test('has that group besides their own', async () => {
    const onCall = asking({ sre: ['Engineer@example.com'] });
    expect(await groupsOf(onCall, engineer)).toEqual(['okta:sre', 'oncall:sre']);
  });

  test('has it of those only in which they are, each of them asked about once', async () => {
    const onCall = asking({ sre: ['engineer@example.com'], dba: ['somebody@example.com'] });
    const concerned = [['oncall:sre', 'oncall:dba'], ['oncall:sre']];
    expect(await groupsOf(onCall, engineer, ...concerned)).toEqual(['okta:sre', 'oncall:sre']);
    expect(onCall.asked).toEqual(['sre', 'dba']);
  });

  test.each([
    ['another address', ['engineer@example.com.evil.example']],
    ['a part of the address', ['engineer']],
    ['an address that only Unicode folds to it', ['eng\u0130neer@example.com']],
    ['nobody', []],
  ])('is not somebody for %s', async (_what, emails) => {
    expect(await groupsOf(asking({ sre: emails }), engineer)).toEqual(['okta:sre']);
  });

  test('attack: is nobody who has their address from another identity provider', async () => {
    const elsewhere = { ...engineer, issuer: 'https://adfs.example.com/adfs/services/trust' };
    expect(await groupsOf(asking({ sre: ['engineer@example.com'] }), elsewhere)).toEqual(['okta:sre']);
  });

  test('is nobody whose address was not verified, and nobody is asked', async () => {
    const { handle, issuer, subject, kind, groups, groupsAt, authenticatedAt, methods } = engineer;
    const nameless = { handle, issuer, subject, kind, groups, groupsAt, authenticatedAt, methods };
    const onCall = asking({ sre: ['engineer@example.com'] });
    expect(await groupsOf(onCall, nameless)).toEqual(['okta:sre']);
    expect(onCall.asked).toStrictEqual([]);
  });

  test('is no workload, and nobody is asked', async () => {
    const job = principal('engineer', ['sre'], { kind: 'workload' });
    const onCall = asking({ sre: ['engineer@example.com'] });
    expect(await groupsOf(onCall, job)).toEqual(['okta:sre']);
    expect(onCall.asked).toStrictEqual([]);
  });

  test('is nobody where access.yml knows nobody', async () => {
    expect(await onDuty({}, engineer, [{ groups: ['oncall:sre'] }])).toBe(engineer);
  });

  test('is not asked about where nothing goes by it, nor where another group does as well', async () => {
    const onCall = asking({ sre: ['engineer@example.com'] });
    expect(await groupsOf(onCall, engineer, ['okta:admins'], ['oncall:sre', 'okta:sre'])).toEqual(['okta:sre']);
    expect(onCall.asked).toStrictEqual([]);
  });
});

describe('the groups that concern', () => {
  const group = (name: string) => ({ groups: [`oncall:${name}`] });
  const staged = (name: string) => ({ stages: [{ from: group(name), count: 1 }], withinSeconds: 60 });
  const admin = entitlement({
    requesters: group('sre'),
    approval: { ...staged('leads'), escalation: { afterSeconds: 30, to: group('managers') } },
    revokers: group('revokers'),
    extension: { maxTotalSeconds: 3600, approval: staged('extenders') },
    breakGlass: {
      ...{ requesters: group('breakers'), reviewers: group('reviewers'), notify: [] },
      ...{ maxDurationSeconds: 900, issuesPerHour: 4, reviewWithinSeconds: 3600 },
    },
  });
  const other = entitlement({ id: 'other', approval: 'auto', requesters: group('others'), revokers: { groups: [] } });
  const rules = {
    ...policy([admin, other]),
    auditors: group('auditors'),
    security: group('security'),
    delegation: { maxSeconds: 60, ...group('delegates') },
  };
  const names = (some: readonly { readonly groups: readonly string[] }[]): readonly string[] => [
    ...new Set(some.flatMap(({ groups }) => groups.map((each) => each.replace('oncall:', '')))),
  ];

  test('an ask are those of its entitlement, and no other', () => {
    expect(names(askersOf(rules, ['prod-admin']))).toEqual(['sre', 'breakers']);
    expect(names(askersOf(rules, ['other', 'no-such']))).toEqual(['others']);
    expect(names(askersAnywhere(rules))).toEqual(['sre', 'breakers', 'others']);
  });

  test('one’s own request are those who may ask for it', () => {
    const own = request(submitted({}, { of: admin }));
    expect(names(concernedBy(own, engineer, rules))).toEqual(['sre', 'breakers']);
  });

  test('somebody else’s request are those who decide on it and who read it', () => {
    const state = request(
      submitted({ breakGlass: { reviewBy: NOON, reviewers: group('reviewers') } }, { of: admin }),
      recorded(
        'request.extension_requested',
        { durationSeconds: 60, justification: words('more'), ...stagedFrom(staged('extenders'), NOON) },
        { by: engineer, at: NOON },
      ),
    );
    expect(names(concernedBy(state, approver, rules))).toEqual([
      ...['leads', 'managers', 'extenders', 'reviewers', 'revokers', 'security', 'auditors', 'delegates'],
    ]);
  });

  test('a request whose entitlement is gone are those who were asked, whoever may revoke anything, and auditors', () => {
    const state = request(submitted({}, { of: admin }));
    expect(names(concernedBy(state, approver, policy([])))).toEqual([
      'leads',
      'managers',
      'okta:security',
      'okta:auditors',
    ]);
    const bound = { ...state, revokers: group('then') };
    expect(names(concernedBy(bound, approver, policy([])))).toContain('then');
  });

  test('the list of what waits for somebody are those who decide on anything', () => {
    expect(names(decidersAnywhere(rules))).toEqual([
      ...['revokers', 'leads', 'managers', 'extenders', 'reviewers', 'security', 'auditors', 'delegates'],
    ]);
  });

  test('holds and delegations are those that access.yml names for them, if any', () => {
    expect(names(overseers(rules))).toEqual(['auditors', 'security']);
    expect(names(delegates(rules))).toEqual(['delegates']);
    const { version, entitlements, accounts, auditors, limits } = policy();
    const bare = { version, entitlements, accounts, auditors, limits };
    expect([names(overseers(bare)), delegates(bare), delegates({ ...bare, delegation: { maxSeconds: 60 } })]).toEqual([
      ['okta:auditors'],
      [],
      [],
    ]);
  });
});
