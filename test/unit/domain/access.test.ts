import { describe, expect, test } from '@jest/globals';
import { isReader, isRequester, isRevoker } from '../../../lib/domain/access.ts';
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
  security,
  stage,
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

  test('revokers are those of today, approvers those of the request', () => {
    const changed = policy([
      entitlement({
        approval: { stages: [stage('security')], withinSeconds: 60 },
        revokers: { groups: ['okta:auditors'] },
      }),
    ]);
    expect(isRevoker(asked, as(security, changed))).toBe(false);
    expect(isRevoker(asked, as(auditor, changed))).toBe(true);
    expect(isAsked(asked, as(approver))).toBe(true);
  });

  test('when the entitlement is gone its approvers still revoke, its revokers do not', () => {
    expect(isRevoker(asked, as(approver, policy([])))).toBe(true);
    expect(isRevoker(asked, as(security, policy([])))).toBe(false);
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
    expect(entitlementsOf(access, outsider)).toEqual([]);
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
