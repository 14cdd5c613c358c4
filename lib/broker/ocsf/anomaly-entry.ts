import { type Anomaly, type AnomalyKind, onceKey } from '../../domain/anomaly.ts';
import { msOf } from '../../domain/time.ts';
import { CLASSES, OCSF_VERSION, type OcsfEvent } from './ocsf-event.ts';

const TITLES: Readonly<Record<AnomalyKind, string>> = {
  first_use: 'First use of an entitlement by this person',
  unusual_hours: 'Credentials at an unusual time of day',
  many_refusals: 'Many refusals within a day',
  same_approver: 'Requester and approver always pair',
  intent_without_outcome: 'A role session may be open that nobody holds',
};

/** What `about` is, by the type that the same resource has in an entry of an event. */
const ABOUT: Readonly<Record<AnomalyKind, string>> = {
  first_use: 'Entitlement',
  unusual_hours: 'Entitlement',
  many_refusals: 'Elevation request',
  same_approver: 'User',
  intent_without_outcome: 'Elevation request',
};

/** An OCSF Detection Finding: the same `finding_info.uid` is the same finding. @param product the broker's origin */
export const ocsfOfAnomaly = (anomaly: Anomaly, product: string): OcsfEvent => {
  const { kind, person, at, about } = anomaly;
  const uid = `${kind}#${person}#${onceKey(anomaly).day}`;
  return {
    activity_id: 1,
    activity_name: 'Create',
    category_uid: 2,
    class_uid: CLASSES.detectionFinding,
    type_uid: CLASSES.detectionFinding * 100 + 1,
    severity_id: 3,
    status_id: 1,
    time: msOf(at),
    message: TITLES[kind],
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Hatcheck', vendor_name: 'Hatcheck', uid: product },
      uid,
      event_code: `anomaly.${kind}`,
      original_time: at,
    },
    finding_info: { uid, title: TITLES[kind], types: [kind] },
    resources: [
      { uid: person, type: 'User' },
      { uid: about, type: ABOUT[kind] },
    ],
    is_alert: true,
  };
};

/** What goes on the bus, `detail-type` `anomaly.found`. */
export const anomalyEntryOf = (anomaly: Anomaly, product: string) => {
  const detail = { anomaly, ocsf: ocsfOfAnomaly(anomaly, product) };
  return { type: 'anomaly.found', at: anomaly.at, detail, brief: detail };
};
