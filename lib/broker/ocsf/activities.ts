import type { EventType, StoredEvent } from '../../domain/event.ts';
import type { ClassName, SeverityId, StatusId } from './ocsf-event.ts';

/** What an event of the ledger is, in OCSF's words. */
export interface Activity {
  readonly of: ClassName;
  readonly id: number;
  readonly name: string;
  /** Success and informational, unless it says otherwise. */
  readonly status?: StatusId;
  readonly severity?: SeverityId;
}

type Activities = { readonly [T in EventType]: Activity | ((event: Extract<StoredEvent, { type: T }>) => Activity) };

const api = (id: 1 | 3 | 4, more: Pick<Activity, 'status' | 'severity'> = {}): Activity => ({
  of: 'apiActivity',
  id,
  name: { 1: 'Create', 3: 'Update', 4: 'Delete' }[id],
  ...more,
});

const account = (id: number, name: string, severity: SeverityId = 1): Activity => ({
  ...{ of: 'accountChange', id, name, severity },
});

const FAILURE = 2;
const UNKNOWN = 0;

/** Every event; a type without a row does not compile. `Other` (99) is what OCSF has for an activity that it does not name. */
export const ACTIVITIES: Activities = {
  'request.submitted': ({ data }) => api(1, data.breakGlass ? { severity: 4 } : {}),
  'request.approved': api(3),
  'request.denied': api(3),
  'request.cancelled': api(4),
  'request.extension_requested': api(3),
  'request.extended': api(3),
  'request.reviewed': ({ data }) => api(3, data.verdict === 'unjustified' ? { severity: 4 } : {}),
  'request.lapsed': api(4),
  'request.revoked': api(4, { severity: 3 }),
  'request.ended': api(4),
  'credentials.intended': api(1),
  'credentials.issued': api(1),
  'credentials.withheld': api(1, { status: FAILURE, severity: 2 }),
  'credentials.failed': api(1, { status: FAILURE, severity: 2 }),
  'credentials.unknown': api(1, { status: UNKNOWN, severity: 3 }),
  'credentials.refused': api(1, { status: FAILURE, severity: 2 }),
  'console.issued': api(1),
  'sessions.ended': api(4, { severity: 2 }),
  'signin.succeeded': { of: 'authentication', id: 1, name: 'Logon' },
  'signin.refused': { of: 'authentication', id: 1, name: 'Logon', status: FAILURE, severity: 2 },
  'signin.ended': ({ data }) => ({
    ...{ of: 'authentication', id: 2, name: 'Logoff' },
    // A token that is used twice was somebody else's at least once.
    ...(data.reason === 'reused' ? { severity: 4 } : {}),
  }),
  'hold.placed': ({ data }) => (data.hold.target.on === 'person' ? account(9, 'Lock', 3) : api(3, { severity: 3 })),
  'hold.lifted': api(3, { severity: 2 }),
  'policy.activated': api(3),
  'link.made': account(99, 'Link'),
  'link.removed': account(99, 'Unlink'),
  'delegation.made': account(99, 'Delegate'),
  'delegation.removed': account(99, 'End of a delegation'),
  'reservation.made': api(3),
  'person.signed_out': account(99, 'End of all sessions', 3),
  'person.forgotten': account(6, 'Delete'),
  'ledger.altered': { of: 'detectionFinding', id: 1, name: 'Create', severity: 5 },
  'log.extended': api(3),
  'checkpoint.signed': api(1),
};
