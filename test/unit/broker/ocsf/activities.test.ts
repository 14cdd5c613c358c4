import { describe, expect, test } from '@jest/globals';
import { ocsfOf } from '../../../../lib/broker/ocsf/ocsf-of.ts';
import type { EventData, EventType, RecordedEvent } from '../../../../lib/domain/event.ts';
import { NOON, engineer, noon, recorded, submitted, words } from '../../../support/builders.ts';
import { eachEvent } from '../../../support/each-event.ts';
import { ORIGIN, type Judged, judged, stored } from './told.ts';

const api = (activity: 'Create' | 'Update' | 'Delete', ...[severity, status]: Partial<[Judged[2], Judged[3]]>) =>
  [
    'API Activity',
    [{ Create: 1, Update: 3, Delete: 4 }[activity], activity],
    severity ?? 'informational',
    status ?? 'success',
  ] as const;

/** Of the events of test/support/each-event.ts: the hold is on a person, the review found it unjustified, the token was used twice. */
const JUDGED: { readonly [T in EventType]: Judged } = {
  'request.submitted': api('Create'),
  'request.approved': api('Update'),
  'request.denied': api('Update'),
  'request.cancelled': api('Delete'),
  'request.extension_requested': api('Update'),
  'request.extended': api('Update'),
  'request.reviewed': api('Update', 'high'),
  'request.lapsed': api('Delete'),
  'request.revoked': api('Delete', 'medium'),
  'request.ended': api('Delete'),
  'credentials.intended': api('Create'),
  'credentials.issued': api('Create'),
  'credentials.withheld': api('Create', 'low', 'failure'),
  'credentials.failed': api('Create', 'low', 'failure'),
  'credentials.unknown': api('Create', 'medium', 'unknown'),
  'credentials.refused': api('Create', 'low', 'failure'),
  'console.issued': api('Create'),
  'sessions.ended': api('Delete', 'low'),
  'signin.succeeded': ['Authentication', [1, 'Logon'], 'informational', 'success'],
  'signin.refused': ['Authentication', [1, 'Logon'], 'low', 'failure'],
  'signin.ended': ['Authentication', [2, 'Logoff'], 'high', 'success'],
  'hold.placed': ['Account Change', [9, 'Lock'], 'medium', 'success'],
  'hold.lifted': api('Update', 'low'),
  'policy.activated': api('Update'),
  'link.made': ['Account Change', [99, 'Link'], 'informational', 'success'],
  'link.removed': ['Account Change', [99, 'Unlink'], 'informational', 'success'],
  'delegation.made': ['Account Change', [99, 'Delegate'], 'informational', 'success'],
  'delegation.removed': ['Account Change', [99, 'End of a delegation'], 'informational', 'success'],
  'reservation.made': api('Update'),
  'person.signed_out': ['Account Change', [99, 'End of all sessions'], 'medium', 'success'],
  'person.forgotten': ['Account Change', [6, 'Delete'], 'informational', 'success'],
  'ledger.altered': ['Detection Finding', [1, 'Create'], 'critical', 'success'],
  'log.extended': api('Update'),
  'checkpoint.signed': api('Create'),
};

describe('a SIEM is told the class, activity, severity and status', () => {
  test.each(eachEvent().map((event) => [event.type, event] as const))('of %s', (type, event) => {
    expect(ocsfOf(event, ORIGIN)).toMatchObject(judged(JUDGED[type]));
  });
});

const by = { by: engineer, at: NOON };
const review = (verdict: EventData['request.reviewed']['verdict']) =>
  recorded('request.reviewed', { verdict, comment: words('seen') }, by);
const signOut = (reason: EventData['signin.ended']['reason']) =>
  recorded('signin.ended', { via: 'bearer', reason }, by);
const hold = (target: EventData['hold.placed']['hold']['target']) =>
  recorded(
    'hold.placed',
    {
      hold: { id: 'h_1', target, reason: words('held'), by: engineer.handle, at: NOON },
      carried: { holds: [] },
    },
    by,
  );
const breakGlass = { reviewBy: noon(86_400), reviewers: { groups: [] } };
const logoff = (severity: Judged[2]): Judged => ['Authentication', [2, 'Logoff'], severity, 'success'];

describe('what an event says decides', () => {
  test.each<readonly [string, string, RecordedEvent, Judged]>([
    ['a break-glass is high', 'request#r_1', submitted({ breakGlass }), api('Create', 'high')],
    ['a review that found it justified is not', 'request#r_1', review('justified'), api('Update')],
    ['a token that was used twice is high', 'signin#01J', signOut('reused'), logoff('high')],
    ['signing out is not', 'signin#01J', signOut('signed_out'), logoff('informational')],
    ['a session that was removed is not', 'signin#01J', signOut('removed'), logoff('informational')],
    ['nor one that the provider refused', 'signin#01J', signOut('provider_refused'), logoff('informational')],
    ['nor one that the provider ended', 'signin#01J', signOut('provider_ended'), logoff('informational')],
    ['a hold on everything locks no account', 'control', hold({ on: 'all' }), api('Update', 'medium')],
    [
      'nor does one on an entitlement',
      'control',
      hold({ on: 'entitlement', entitlementId: 'prod-admin' }),
      api('Update', 'medium'),
    ],
    [
      'nor one on an AWS account',
      'control',
      hold({ on: 'account', accountId: '111122223333' }),
      api('Update', 'medium'),
    ],
  ])('%s', (_what, stream, event, expected) => {
    expect(ocsfOf(stored(stream, event), ORIGIN)).toMatchObject(judged(expected));
  });
});
