import type { Actor, StoredEvent } from '../../domain/event.ts';
import type { Hold } from '../../domain/hold.ts';
import { msOf } from '../../domain/time.ts';
import { ACTIVITIES, type Activity } from './activities.ts';
import { CLASSES, type Json, OCSF_VERSION, type OcsfEvent } from './ocsf-event.ts';

/**
 * The event as a SIEM reads it (Open Cybersecurity Schema Framework 1.3.0). It says no more than the event: handles, ids, no names and nobody's words.
 *
 * @param product the broker's origin
 */
export const ocsfOf = (event: StoredEvent, product: string): OcsfEvent => {
  const activity = activityOf(event);
  const members = ofClass(activity, event);
  const said = common(activity, event, product);
  const profiles = 'cloud' in members ? { profiles: ['cloud'] } : {};
  return { ...said, ...members, metadata: { ...said.metadata, ...profiles } };
};

const activityOf = (event: StoredEvent): Activity => {
  const found = ACTIVITIES[event.type];
  // TypeScript cannot see that a row of the table and an event of its type belong together.
  return typeof found === 'function' ? (found as (of: StoredEvent) => Activity)(event) : found;
};

const common = (
  { of, id, name, status = 1, severity = 1 }: Activity,
  { at, type, eventId, stream, seq, hash }: StoredEvent,
  product: string,
): OcsfEvent => ({
  activity_id: id,
  activity_name: name,
  category_uid: Math.floor(CLASSES[of] / 1000),
  class_uid: CLASSES[of],
  type_uid: CLASSES[of] * 100 + id,
  severity_id: severity,
  status_id: status,
  time: msOf(at),
  message: type,
  metadata: {
    version: OCSF_VERSION,
    product: { name: 'Hatcheck', vendor_name: 'Hatcheck', uid: product },
    uid: eventId,
    event_code: type,
    original_time: at,
    log_name: stream,
    sequence: seq,
    ...correlationOf(stream),
  },
  unmapped: { stream, hash },
});

/** All that happened to one request belongs together. */
const correlationOf = (stream: string): { readonly correlation_uid?: string } => {
  const id = requestIdOf(stream);
  return id === undefined ? {} : { correlation_uid: id };
};

const requestIdOf = (stream: string): string | undefined => {
  const [kind, of] = stream.split('#');
  return kind === 'request' || kind === 'refusals' ? of : undefined;
};

type Members = Readonly<Record<string, Json>>;

const ofClass = ({ of }: Activity, event: StoredEvent): Members => {
  const actor = { user: userOf(event.actor) };
  switch (of) {
    case 'apiActivity':
      return { actor, ...apiActivity(event) };
    case 'accountChange':
      return { actor, user: changedIn(event) };
    case 'authentication':
      return { ...authentication(event), user: userOf(event.actor), service: { name: 'Hatcheck' } };
    case 'detectionFinding':
      return {
        finding_info: { uid: event.eventId, title: event.type, types: ['Tampering'] },
        ...resourcesOf(alteredIn(event)),
        is_alert: true,
      };
  }
};

/** OCSF's kinds: 1 user, 3 system, 99 another, which is named. */
const userOf = ({ kind, handle }: Actor): Members => {
  if (kind === 'workload') return { uid: handle, type_id: 99, type: 'Workload' };
  return kind === 'person' ? { uid: handle, type_id: 1, type: 'User' } : { uid: handle, type_id: 3, type: 'System' };
};

const apiActivity = (event: StoredEvent): Members => {
  const { type, eventId, stream, data } = event;
  const id = requestIdOf(stream);
  const roleArn = 'roleArn' in data ? data.roleArn : 'snapshot' in data ? data.snapshot.roleArn : undefined;
  const resources: readonly Resource[] = [
    ...(id === undefined ? [] : [{ uid: id, type: 'Elevation request' }]),
    ...('entitlementId' in data ? [{ uid: data.entitlementId, type: 'Entitlement' }] : []),
    ...(roleArn === undefined ? [] : [{ uid: roleArn, type: 'AWS::IAM::Role' }]),
    ...('accessKeyId' in data ? [{ uid: data.accessKeyId, type: 'AWS access key id' }] : []),
    ...('hold' in data ? heldBy(data.hold) : []),
  ];
  return {
    api: { operation: type, service: { name: 'Hatcheck' }, request: { uid: eventId } },
    // Where the caller was is not on record.
    src_endpoint: { svc_name: 'Hatcheck' },
    ...resourcesOf(resources),
    ...('code' in data ? { status_code: data.code } : {}),
    ...(roleArn === undefined ? {} : cloudOf(roleArn)),
  };
};

interface Resource extends Members {
  readonly uid: string;
  readonly type: string;
}

const resourcesOf = (resources: readonly Resource[]): Members => (resources.length > 0 ? { resources } : {});

/** What a hold is on; a person is no resource, and neither is everything. */
const heldBy = ({ target }: Hold): readonly Resource[] => {
  if (target.on === 'entitlement') return [{ uid: target.entitlementId, type: 'Entitlement' }];
  return target.on === 'account' ? [{ uid: target.accountId, type: 'AWS Account' }] : [];
};

/** Which place of the ledger no longer is as it was written. */
const alteredIn = ({ data }: StoredEvent): readonly Resource[] =>
  'change' in data ? [{ uid: `${data.stream}/${data.seq}`, type: 'Ledger event' }] : [];

/** The profile `cloud`, which asks for the provider. */
const cloudOf = (roleArn: string): Members => ({
  // arn:partition:iam::account:role/…
  cloud: {
    provider: 'AWS',
    account: { uid: roleArn.split(':').slice(4, 5).join(), type_id: 10, type: 'AWS Account' },
  },
});

/** Whom the change is about. */
const changedIn = ({ stream, data }: StoredEvent): Members => {
  if ('hold' in data && data.hold.target.on === 'person') return person(data.hold.target.handle);
  if ('delegation' in data) return person(data.delegation.to);
  return person('handle' in data ? data.handle : stream.replace('person#', ''));
};

const person = (handle: string): Members => ({ uid: handle, type_id: 1, type: 'User' });

const authentication = ({ data }: StoredEvent): Members => ({
  // 99: none of those that OCSF names; which, our own configuration says.
  ...('provider' in data ? { auth_protocol_id: 99, auth_protocol: data.provider } : {}),
  ...('methods' in data ? { is_mfa: data.methods.includes('mfa') } : {}),
  ...('reason' in data && typeof data.reason === 'string' ? { status_detail: data.reason } : {}),
  is_remote: true,
});
