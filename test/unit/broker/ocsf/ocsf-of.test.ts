import { describe, expect, test } from '@jest/globals';
import { anomalyEntryOf } from '../../../../lib/broker/ocsf/anomaly-entry.ts';
import { busEntryOf } from '../../../../lib/broker/ocsf/bus-entry.ts';
import { ocsfOf } from '../../../../lib/broker/ocsf/ocsf-of.ts';
import type { OcsfEvent } from '../../../../lib/broker/ocsf/ocsf-event.ts';
import { handleOf, engineer, noon, recorded } from '../../../support/builders.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import { seal } from '../../../../lib/broker/chain.ts';
import { eachEvent } from '../../../support/each-event.ts';
import { faultsOf } from './schema.ts';

const ORIGIN = 'https://hatcheck.example.com';
const mapped = eachEvent().map((event) => [event.type, ocsfOf(event, ORIGIN)] as const);
const of = (type: string): OcsfEvent =>
  certain(
    mapped.find(([each]) => each === type),
    type,
  )[1];

describe('an event of the ledger, by OCSF 1.3.0', () => {
  test.each(mapped)(
    '%s has what its class requires, nothing that it does not know, and values of its enums',
    (_type, event) => {
      expect(faultsOf(event)).toEqual([]);
    },
  );

  test('is known by the id that it has in the ledger, so that what is sent twice is seen', () => {
    for (const event of eachEvent())
      expect(ocsfOf(event, ORIGIN).metadata).toMatchObject({
        uid: event.eventId,
        event_code: event.type,
        log_name: event.stream,
      });
  });

  test('is of the class that a SIEM looks for it in', () => {
    const classes = [
      'signin.succeeded',
      'signin.ended',
      'hold.placed',
      'link.made',
      'credentials.issued',
      'ledger.altered',
    ];
    expect(classes.map((type) => of(type).class_uid)).toEqual([3002, 3002, 3001, 3001, 6003, 2004]);
  });

  test('says what failed, and what nobody knows', () => {
    const types = [
      'credentials.issued',
      'credentials.refused',
      'credentials.failed',
      'credentials.unknown',
      'signin.refused',
    ];
    expect(types.map((type) => of(type).status_id)).toEqual([1, 2, 2, 0, 2]);
  });

  test('is the more severe the less it should be: an altered ledger is critical, a token used twice high', () => {
    const types = ['credentials.issued', 'request.revoked', 'request.reviewed', 'signin.ended', 'ledger.altered'];
    expect(types.map((type) => of(type).severity_id)).toEqual([1, 3, 4, 4, 5]);
  });

  test('a break-glass is high, an ordinary ask is not', () => {
    const [ask] = eachEvent();
    if (ask?.type !== 'request.submitted') throw new TypeError('the first is an ask');
    const breakGlass = { reviewBy: noon(1), reviewers: { groups: [] } };
    expect([
      ocsfOf(ask, ORIGIN).severity_id,
      ocsfOf({ ...ask, data: { ...ask.data, breakGlass } }, ORIGIN).severity_id,
    ]).toEqual([1, 4]);
  });

  test('names whom it is about: who is held, who stands in, who was linked', () => {
    expect(of('hold.placed')['user']).toMatchObject({ uid: engineer.handle });
    expect(of('delegation.made')['user']).toMatchObject({ uid: handleOf('other') });
    expect(of('link.made')['user']).toMatchObject({ uid: engineer.handle });
  });

  test('names what it touches: the request, the role and its account', () => {
    const { resources, cloud } = of('credentials.intended');
    expect(JSON.stringify(resources)).toContain('"uid":"r_1"');
    expect(JSON.stringify(resources)).toContain('role/hatcheck/Admin');
    expect(cloud).toMatchObject({ provider: 'AWS', account: { uid: '111122223333' } });
  });

  test('by a workload or by Hatcheck itself is not by a user', () => {
    const by = (kind: 'workload' | 'system') => {
      const event = { ...recorded('request.ended', {}, { by: engineer, at: noon(0) }), actor: { kind, handle: 'h' } };
      return ocsfOf(seal(undefined, 'request#r_1', event), ORIGIN)['actor'];
    };
    expect([by('workload'), by('system')]).toEqual([
      { user: { uid: 'h', type_id: 99, type: 'Workload' } },
      { user: { uid: 'h', type_id: 3, type: 'System' } },
    ]);
  });
});

describe('is milder where it is milder', () => {
  const severityOf = (event: Parameters<typeof seal>[2]) =>
    ocsfOf(seal(undefined, 'request#r_1', event), ORIGIN).severity_id;
  const by = { by: engineer, at: noon(0) };
  const seen = { id: 'seen', hash: 'x' };
  const hold = { id: 'h', reason: seen, by: engineer.handle, at: noon(0) };
  test.each([
    ['a review that found it justified', recorded('request.reviewed', { verdict: 'justified', comment: seen }, by), 1],
    ['signing out', recorded('signin.ended', { via: 'cookie', reason: 'signed_out' }, by), 1],
    [
      'a hold on everything',
      recorded('hold.placed', { hold: { ...hold, target: { on: 'all' } }, carried: { holds: [] } }, by),
      3,
    ],
  ])('%s', (_what, event, severity) => {
    expect(severityOf(event)).toBe(severity);
  });

  test('and a hold on everything is about nobody', () => {
    const event = recorded('hold.placed', { hold: { ...hold, target: { on: 'all' } }, carried: { holds: [] } }, by);
    expect(ocsfOf(seal(undefined, 'control', event), ORIGIN)).toMatchObject({ class_uid: 6003 });
    expect(ocsfOf(seal(undefined, 'control', event), ORIGIN)).not.toHaveProperty('user');
  });
});

describe('what goes on the bus', () => {
  test('is the event and what it is to a SIEM; in brief it is without its data', () => {
    const [event] = eachEvent();
    const { type, detail, brief } = busEntryOf(certain(event, 'there is one'), ORIGIN);
    expect([type, detail.event, detail.ocsf]).toEqual(['request.submitted', event, brief.ocsf]);
    expect(faultsOf(detail.ocsf)).toEqual([]);
    expect(brief.event).toMatchObject({ eventId: event?.eventId, hash: event?.hash, dataLeftOut: true });
    expect(brief.event).not.toHaveProperty('data');
  });

  test.each(['first_use', 'unusual_hours', 'many_refusals', 'same_approver', 'intent_without_outcome'] as const)(
    'of an anomaly, %s, is a finding that is the same when it is told again',
    (kind) => {
      const anomaly = { kind, person: engineer.handle, at: noon(0), about: 'x' };
      const { type, detail } = anomalyEntryOf(anomaly, ORIGIN);
      expect([type, faultsOf(detail.ocsf)]).toEqual(['anomaly.found', []]);
      const uid = `${kind}#${engineer.handle}#2026-03-02`;
      expect(anomalyEntryOf({ ...anomaly, at: noon(60) }, ORIGIN).detail.ocsf['finding_info']).toMatchObject({ uid });
    },
  );
});

describe('the check finds', () => {
  const issued = of('credentials.issued');
  test.each<readonly [string, object, string]>([
    ['a class that is none', { class_uid: 6004 }, 'class 6004'],
    ['an activity that is none', { activity_id: 7, type_uid: 600_307 }, 'activity_id: 7'],
    ['a type that is not its class and activity', { type_uid: 600_302 }, 'type_uid'],
    ['what is missing', { api: undefined }, 'api is missing'],
    ['what is missing further in', { api: { service: {} } }, 'api.operation is missing'],
    ['what nobody knows', { extra: 1 }, 'extra is unknown'],
    ['an actor without anybody', { actor: {} }, 'actor. has none of'],
    ['another version', { metadata: { ...issued.metadata, version: '1.1.0' } }, 'metadata.version'],
    ['a profile that it does not say', { cloud: { provider: 'AWS' } }, 'metadata.profiles'],
  ])('%s', (_what, change, fault) => {
    expect(faultsOf({ ...issued, ...change }).join('\n')).toContain(fault);
  });
});
