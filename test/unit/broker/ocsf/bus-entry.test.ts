import { describe, expect, test } from '@jest/globals';
import { anomalyEntryOf } from '../../../../lib/broker/ocsf/anomaly-entry.ts';
import { busEntryOf } from '../../../../lib/broker/ocsf/bus-entry.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import { engineer, handleOf, noon } from '../../../support/builders.ts';
import { eachEvent } from '../../../support/each-event.ts';
import { faultsOf } from './schema.ts';
import { ORIGIN, judged } from './told.ts';

describe('what goes on the bus', () => {
  test('is the event and what it is to a SIEM; in brief it is without its data', () => {
    const [event] = eachEvent();
    const { type, detail, brief } = busEntryOf(certain(event, 'there is one'), ORIGIN);
    expect([type, detail.event, detail.ocsf]).toEqual(['request.submitted', event, brief.ocsf]);
    expect(faultsOf(detail.ocsf)).toStrictEqual([]);
    expect(brief.event).toMatchObject({ eventId: event?.eventId, hash: event?.hash, dataLeftOut: true });
    expect(brief.event).not.toHaveProperty('data');
  });
});

const KINDS = [
  ['first_use', { uid: 'prod-admin', type: 'Entitlement' }],
  ['unusual_hours', { uid: 'prod-admin', type: 'Entitlement' }],
  ['many_refusals', { uid: 'r_1', type: 'Elevation request' }],
  ['same_approver', { uid: handleOf('approver'), type: 'User' }],
  ['intent_without_outcome', { uid: 'r_1', type: 'Elevation request' }],
] as const;

const found = (kind: (typeof KINDS)[number][0], about: string, at = noon(0)) =>
  anomalyEntryOf({ kind, person: engineer.handle, at, about }, ORIGIN);

describe('an anomaly on the bus', () => {
  test.each(KINDS)('%s is a finding about a person and what they did it with', (kind, about) => {
    const anomaly = { kind, person: engineer.handle, at: noon(0), about: about.uid };
    const { type, at, detail, brief } = found(kind, about.uid);
    expect({ type, at, detail }).toMatchObject({ type: 'anomaly.found', at: noon(0), detail: { anomaly } });
    expect([brief, faultsOf(detail.ocsf)]).toEqual([detail, []]);

    const uid = `${kind}#${engineer.handle}#2026-03-02`;
    const { message } = detail.ocsf;
    expect(detail.ocsf).toStrictEqual({
      ...judged(['Detection Finding', [1, 'Create'], 'medium', 'success']),
      ...{ time: Date.parse(noon(0)), message },
      metadata: {
        version: '1.3.0',
        product: { name: 'Hatcheck', vendor_name: 'Hatcheck', uid: ORIGIN },
        ...{ uid, event_code: `anomaly.${kind}`, original_time: noon(0) },
      },
      finding_info: { uid, title: message, types: [kind] },
      resources: [{ uid: engineer.handle, type: 'User' }, about],
      is_alert: true,
    });
  });

  test('is the same finding when it is told again that day, and another the next day', () => {
    const uids = [noon(0), noon(60), noon(86_400)].map(
      (at) => found('first_use', 'prod-admin', at).detail.ocsf.metadata['uid'],
    );
    expect(new Set(uids).size).toBe(2);
    expect(uids[1]).toBe(uids[0]);
  });

  test('says by its title which kind it is', () => {
    expect(new Set(KINDS.map(([kind]) => found(kind, 'x').detail.ocsf.message)).size).toBe(KINDS.length);
  });
});
