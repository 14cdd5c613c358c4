import { describe, expect, test } from '@jest/globals';
import { ocsfOf } from '../../../../lib/broker/ocsf/ocsf-of.ts';
import type { EventData, RecordedEvent } from '../../../../lib/domain/event.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  handleOf,
  intended,
  noon,
  recorded,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { ORIGIN, type Judged, judged, placed, stored, user } from './told.ts';

const ROLE = 'arn:aws:iam::111122223333:role/hatcheck/Admin';
const STANDING = { sameAs: [], linked: [], delegations: [], reservations: [] };
const by = { by: engineer, at: NOON };
const entryOf = (stream: string, event: RecordedEvent) => ocsfOf(stored(stream, event), ORIGIN);

test('of an intent a SIEM gets this, and nothing else', () => {
  expect(entryOf('request#r_1', intended(NOON))).toStrictEqual({
    activity_id: 1,
    activity_name: 'Create',
    category_uid: 6,
    class_uid: 6003,
    type_uid: 600_301,
    severity_id: 1,
    status_id: 1,
    time: Date.parse('2026-03-02T12:00:00.000Z'),
    message: 'credentials.intended',
    metadata: {
      version: '1.3.0',
      profiles: ['cloud'],
      product: { name: 'Hatcheck', vendor_name: 'Hatcheck', uid: 'https://hatcheck.example.com' },
      uid: '01JEVENT',
      event_code: 'credentials.intended',
      original_time: '2026-03-02T12:00:00.000Z',
      log_name: 'request#r_1',
      sequence: 7,
      correlation_uid: 'r_1',
    },
    unmapped: { stream: 'request#r_1', hash: 'its hash' },
    actor: { user: { uid: engineer.handle, type_id: 1, type: 'User' } },
    api: { operation: 'credentials.intended', service: { name: 'Hatcheck' }, request: { uid: '01JEVENT' } },
    src_endpoint: { svc_name: 'Hatcheck' },
    resources: [
      { uid: 'r_1', type: 'Elevation request' },
      { uid: 'arn:aws:iam::111122223333:role/hatcheck/Admin', type: 'AWS::IAM::Role' },
    ],
    cloud: { provider: 'AWS', account: { uid: '111122223333', type_id: 10, type: 'AWS Account' } },
  });
});

const hold = (target: EventData['hold.placed']['hold']['target']) => {
  const placedBy = { id: 'h_1', target, reason: words('held'), by: security.handle, at: NOON };
  return recorded('hold.placed', { hold: placedBy, carried: { holds: [] } }, { by: security, at: NOON });
};

/** What each API activity has. */
const api = (operation: string, actor: object = user(engineer)) => ({
  actor: { user: actor },
  api: { operation, service: { name: 'Hatcheck' }, request: { uid: '01JEVENT' } },
  src_endpoint: { svc_name: 'Hatcheck' },
});
const ofRequest = { correlation_uid: 'r_1' };
const request = { uid: 'r_1', type: 'Elevation request' };
const accessKey = { uid: 'ASIAEXAMPLE', type: 'AWS access key id' };
const create: Judged = ['API Activity', [1, 'Create'], 'informational', 'success'];
const update: Judged = ['API Activity', [3, 'Update'], 'informational', 'success'];

describe('of the life of a request a SIEM gets whole', () => {
  test.each<readonly [string, string, RecordedEvent, object]>([
    [
      'what was asked for: entitlement, role and account',
      'request#r_1',
      submitted(),
      {
        ...judged(create),
        ...placed('request.submitted', 'request#r_1', { ...ofRequest, profiles: ['cloud'] }),
        ...api('request.submitted'),
        resources: [request, { uid: 'prod-admin', type: 'Entitlement' }, { uid: ROLE, type: 'AWS::IAM::Role' }],
        cloud: { provider: 'AWS', account: { uid: '111122223333', type_id: 10, type: 'AWS Account' } },
      },
    ],
    [
      'who said yes',
      'request#r_1',
      approved(approver, NOON),
      {
        ...judged(update),
        ...placed('request.approved', 'request#r_1', ofRequest),
        ...api('request.approved', user(approver)),
        resources: [request],
      },
    ],
    [
      'why credentials were refused, under the request though it stands apart',
      'refusals#r_1',
      recorded(
        'credentials.refused',
        { requestId: 'r_1', purpose: 'console', code: 'not_approved', reason: 'pending' },
        by,
      ),
      {
        ...judged(['API Activity', [1, 'Create'], 'low', 'failure']),
        ...placed('credentials.refused', 'refusals#r_1', ofRequest),
        ...api('credentials.refused'),
        resources: [request],
        status_code: 'not_approved',
      },
    ],
    [
      'which access key id to look for',
      'request#r_1',
      recorded('credentials.issued', { intent: 'i', accessKeyId: 'ASIAEXAMPLE', expiration: noon(900) }, by),
      {
        ...judged(create),
        ...placed('credentials.issued', 'request#r_1', ofRequest),
        ...api('credentials.issued'),
        resources: [request, accessKey],
      },
    ],
    [
      'which one nobody got',
      'request#r_1',
      recorded('credentials.withheld', { intent: 'i', accessKeyId: 'ASIAEXAMPLE', reason: 'revoked' }, by),
      {
        ...judged(['API Activity', [1, 'Create'], 'low', 'failure']),
        ...placed('credentials.withheld', 'request#r_1', ofRequest),
        ...api('credentials.withheld'),
        resources: [request, accessKey],
      },
    ],
  ])('%s', (_what, stream, event, expected) => {
    expect(entryOf(stream, event)).toStrictEqual(expected);
  });

  test.each<readonly [string, Parameters<typeof hold>[0], object]>([
    ['a hold on everything is about no request, no resource and nobody', { on: 'all' }, {}],
    [
      'which entitlement is held',
      { on: 'entitlement', entitlementId: 'prod-admin' },
      { resources: [{ uid: 'prod-admin', type: 'Entitlement' }] },
    ],
    [
      'which account is held',
      { on: 'account', accountId: '111122223333' },
      { resources: [{ uid: '111122223333', type: 'AWS Account' }] },
    ],
  ])('%s', (_what, target, about) => {
    expect(entryOf('control', hold(target))).toStrictEqual({
      ...judged(['API Activity', [3, 'Update'], 'medium', 'success']),
      ...placed('hold.placed', 'control'),
      ...api('hold.placed', user(security)),
      ...about,
    });
  });

  test.each(['workload', 'system'] as const)('that it was a %s, and not a user', (kind) => {
    const event = { ...recorded('request.ended', {}, by), actor: { kind, handle: 'h' } };
    const { actor } = entryOf('request#r_1', event);
    expect(actor).toStrictEqual({
      user: { workload: { uid: 'h', type_id: 99, type: 'Workload' }, system: { uid: 'h', type_id: 3, type: 'System' } }[
        kind
      ],
    });
  });
});

const accountChange = (activity: Judged[1], severity: Judged[2] = 'informational') =>
  judged(['Account Change', activity, severity, 'success']);
const own = `person#${engineer.handle}`;
const other = { handle: handleOf('other') };
const delegation = {
  ...{ id: 'd_1', by: engineer.handle, sameAs: [], to: other.handle, groups: ['okta:sre-leads'] },
  ...{ madeAt: NOON, startsAt: NOON, endsAt: noon(3600) },
};

describe('of a change to a person a SIEM gets whole who did it and whom it is about', () => {
  test.each<readonly [string, string, RecordedEvent, object, { readonly handle: string }]>([
    [
      'a hold is about whom it is on',
      'control',
      hold({ on: 'person', handle: engineer.handle }),
      accountChange([9, 'Lock'], 'medium'),
      engineer,
    ],
    [
      'a link is about the identity that has it',
      own,
      recorded('link.made', { person: [other.handle, engineer.handle], carried: STANDING }, by),
      accountChange([99, 'Link']),
      engineer,
    ],
    [
      'the end of a link about the one that lost it',
      own,
      recorded('link.removed', { handle: other.handle, carried: STANDING }, by),
      accountChange([99, 'Unlink']),
      other,
    ],
    [
      'a delegation is about whoever stands in',
      own,
      recorded('delegation.made', { delegation, carried: STANDING }, by),
      accountChange([99, 'Delegate']),
      other,
    ],
    [
      'its end about whose record it stands in',
      own,
      recorded('delegation.removed', { delegationId: 'd_1', carried: STANDING }, by),
      accountChange([99, 'End of a delegation']),
      engineer,
    ],
    [
      'the end of all sessions is about whose they were',
      `person#${other.handle}`,
      recorded(
        'person.signed_out',
        { people: [engineer.handle, other.handle], ended: 2, reason: words('stolen'), carried: STANDING },
        { by: security, at: NOON },
      ),
      accountChange([99, 'End of all sessions'], 'medium'),
      other,
    ],
    [
      'forgetting is about the forgotten',
      own,
      recorded('person.forgotten', { handle: other.handle, carried: STANDING }, by),
      accountChange([6, 'Delete']),
      other,
    ],
  ])('%s', (_what, stream, event, change, about) => {
    expect(entryOf(stream, event)).toStrictEqual({
      ...change,
      ...placed(event.type, stream),
      ...{ actor: { user: user(event.actor) }, user: user(about) },
    });
  });
});

describe('of a sign-in a SIEM gets whole', () => {
  const succeeded = (methods: readonly string[]) =>
    recorded('signin.succeeded', { provider: 'okta', method: 'browser', methods }, by);
  const signIn = (type: string) => ({
    ...placed(type, 'signin#01J'),
    ...{ user: user(engineer), service: { name: 'Hatcheck' }, is_remote: true },
  });
  const okta = { auth_protocol_id: 99, auth_protocol: 'okta' };

  test.each<readonly [string, RecordedEvent, Judged, object]>([
    [
      'by which provider, with more than one factor',
      succeeded(['pwd', 'mfa']),
      ['Authentication', [1, 'Logon'], 'informational', 'success'],
      { ...okta, is_mfa: true },
    ],
    [
      'that it was one factor only',
      succeeded(['pwd']),
      ['Authentication', [1, 'Logon'], 'informational', 'success'],
      { ...okta, is_mfa: false },
    ],
    [
      'why it was refused',
      recorded('signin.refused', { provider: 'okta', method: 'token_exchange', reason: 'audience' }, by),
      ['Authentication', [1, 'Logon'], 'low', 'failure'],
      { ...okta, status_detail: 'audience' },
    ],
    [
      'why it ended',
      recorded('signin.ended', { via: 'cookie', reason: 'reused' }, by),
      ['Authentication', [2, 'Logoff'], 'high', 'success'],
      { status_detail: 'reused' },
    ],
  ])('%s', (_what, event, expected, more) => {
    expect(entryOf('signin#01J', event)).toStrictEqual({ ...judged(expected), ...signIn(event.type), ...more });
  });
});

test('of a forged ledger a SIEM gets a finding of its own, critical, that is an alert', () => {
  const altered = recorded('ledger.altered', { stream: 'control', seq: 3, change: 'modify' }, by);
  expect(entryOf('alarm#2026-03-02', altered)).toStrictEqual({
    ...judged(['Detection Finding', [1, 'Create'], 'critical', 'success']),
    ...placed('ledger.altered', 'alarm#2026-03-02'),
    ...{ finding_info: { uid: '01JEVENT', title: 'ledger.altered', types: ['Tampering'] }, is_alert: true },
    resources: [{ uid: 'control/3', type: 'Ledger event' }],
  });
});
