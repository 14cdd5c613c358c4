import { describe, expect, test } from '@jest/globals';
import { ocsfOf } from '../../../../lib/broker/ocsf/ocsf-of.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import { eachEvent } from '../../../support/each-event.ts';
import { faultsOf } from './schema.ts';
import { ORIGIN } from './told.ts';

const mapped = eachEvent().map((event) => [event.type, ocsfOf(event, ORIGIN)] as const);

describe('an event of the ledger, by OCSF 1.3.0', () => {
  test.each(mapped)(
    '%s has what its class requires, nothing that it does not know, and values of its enums',
    (_type, event) => {
      expect(faultsOf(event)).toStrictEqual([]);
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
});

describe('the check finds', () => {
  const [, issued] = certain(
    mapped.find(([type]) => type === 'credentials.issued'),
    'each is there',
  );
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
