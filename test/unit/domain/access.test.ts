import { describe, expect, test } from '@jest/globals';
import { isReader, isRequester, isRevoker, revokersOf } from '../../../lib/domain/access.ts';
import { eligibleFor, entitlementsOf, isAuditor } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { isAsked } from '../../../lib/domain/voice.ts';
import {
  approver,
  auditor,
  context,
  engineer,
  entitlement,
  outsider,
  pending,
  policy,
  principal,
  request,
  security,
  stage,
  submitted,
} from '../../support/builders.ts';

const asked = pending();
const access = policy();
const as = (person: Principal, under = access) => ({ ...context(person), policy: under });
const machine = principal('pipeline', ['sre', 'sre-leads', 'security', 'auditors'], { kind: 'workload' });

describe('who is who to a request', () => {
  test.each([
    ['its requester', engineer, { requester: true, approver: false, revoker: false, reader: true }],
    ['an approver', approver, { requester: false, approver: true, revoker: true, reader: true }],
    ['a revoker', security, { requester: false, approver: false, revoker: true, reader: true }],
    ['an auditor', auditor, { requester: false, approver: false, revoker: false, reader: true }],
    ['somebody else', outsider, { requester: false, approver: false, revoker: false, reader: false }],
    [
      'a colleague of the requester',
      principal('colleague', ['sre']),
      {
        requester: false,
        approver: false,
        revoker: false,
        reader: false,
      },
    ],
  ])('%s', (_who, person, is) => {
    expect({
      requester: isRequester(asked, person),
      approver: isAsked(asked, as(person)),
      revoker: isRevoker(asked, as(person)),
      reader: isReader(asked, as(person)),
    }).toEqual(is);
  });

  test('an approver of any stage is an approver, also of one that is not open yet', () => {
    const staged = pending({ stages: [stage('sre-leads'), stage('security')] });
    expect(isAsked(staged, as(security))).toBe(true);
  });

  test('a workload neither approves nor revokes, whatever its groups', () => {
    expect(isAsked(asked, as(machine))).toBe(false);
    expect(isRevoker(asked, as(machine))).toBe(false);
  });

  test('revokers are those of today and those of the request, approvers those of the request', () => {
    const changed = policy([
      entitlement({
        approval: { stages: [stage('security')], withinSeconds: 60 },
        revokers: { groups: ['okta:auditors'] },
      }),
    ]);
    const now = { ...changed, revokers: { groups: [] } };
    expect(isRevoker(asked, as(security, now))).toBe(false);
    expect(isRevoker(pending({ revokers: { groups: ['okta:security'] } }), as(security, now))).toBe(true);
    expect(isRevoker(asked, as(auditor, now))).toBe(true);
    expect(isAsked(asked, as(approver))).toBe(true);
  });

  test('whoever may hold may revoke anything, unless access.yml names others for that', () => {
    const automatic = entitlement({ approval: 'auto', revokers: { groups: [] } });
    const grant = request(submitted({}, { of: automatic }));
    const of = (more: Partial<typeof access>) => ({ ...policy([automatic]), ...more });
    const who = (under: typeof access) =>
      [security, auditor, approver, outsider].filter((one) => isRevoker(grant, as(one, under)));
    expect(who(of({}))).toEqual([security]);
    expect(who(of({ revokers: { groups: ['okta:sre-leads'] } }))).toEqual([approver]);
    const { version, entitlements, accounts, auditors, limits } = of({});
    expect(who({ version, entitlements, accounts, auditors, limits })).toStrictEqual([]);
  });

  test('when the entitlement is gone its approvers still revoke, whoever could revoke it, and whoever may revoke anything', () => {
    const gone = { ...policy([]), revokers: { groups: ['okta:auditors'] } };
    const bound = pending({ revokers: { groups: ['okta:security'] } });
    expect([approver, security, auditor, outsider].map((one) => isRevoker(bound, as(one, gone)))).toEqual([
      ...[true, true, true, false],
    ]);
    expect([approver, security, auditor].map((one) => isRevoker(asked, as(one, gone)))).toEqual([true, false, true]);
  });

  test('those who are named, over all, by the entitlement and with the request, count together, each once', () => {
    const named = (...subjects: readonly string[]) => ({
      groups: [],
      people: subjects.map((subject) => ({ provider: 'okta', issuer: engineer.issuer, subject })),
    });
    const today = { ...policy([entitlement({ revokers: named('security') })]), revokers: named('auditor', 'security') };
    const bound = { entitlementId: 'prod-admin', revokers: named('approver', 'auditor') };
    expect(revokersOf(bound, today)).toEqual(named('approver', 'auditor', 'security'));
    expect(revokersOf({ entitlementId: 'none' }, { ...today, revokers: { groups: [] } })).toEqual({ groups: [] });
  });

  test('a group counts only from the provider that says so', () => {
    expect(isAsked(asked, as({ ...outsider, groups: ['sre-leads', 'evil:sre-leads'] }))).toBe(false);
  });
});

describe('who may ask for what', () => {
  const read = entitlement({ id: 'a-read' });
  const other = entitlement({ id: 'b-other', requesters: { groups: ['okta:payments'] } });
  const access = policy([entitlement({ id: 'c-admin' }), other, read]);

  test('an entitlement of one of their groups', () => {
    expect(eligibleFor(access, engineer, { entitlementId: 'a-read' })).toBe(read);
  });

  test('neither somebody else’s nor one that does not exist', () => {
    expect(eligibleFor(access, engineer, { entitlementId: 'b-other' })).toBeUndefined();
    expect(eligibleFor(access, engineer, { entitlementId: 'd-none' })).toBeUndefined();
  });

  test('theirs are listed by id', () => {
    expect(entitlementsOf(access, engineer).map(({ id }) => id)).toEqual(['a-read', 'c-admin']);
    expect(entitlementsOf(access, outsider)).toStrictEqual([]);
  });

  test('the order of access.yml does not matter to the list', () => {
    const ids = ['m', 'b', 'z', 'a'];
    const shuffled = policy(ids.map((id) => entitlement({ id })));
    expect(entitlementsOf(shuffled, engineer).map(({ id }) => id)).toEqual(ids.toSorted());
  });

  test('auditors are those of the auditors’ groups', () => {
    expect([isAuditor(access, auditor), isAuditor(access, security)]).toEqual([true, false]);
  });
});
