import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import {
  approved,
  approver,
  ask,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  security,
  submitted,
  words,
} from '../../support/builders.ts';
import { kinds, scene } from './dues-scene.ts';

const { requestId } = ask();
const due = { requestId, kind: 'boundary' } as const;
const { roleArn } = entitlement();
const live = [submitted(), approved(approver, noon(0)), intended(noon(1))] as const;
const revoked = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(60) });
const denied = recorded('sessions.ended', { tookMs: 2000, by: 'boundary' }, { by: security, at: noon(62) });
const at = async (now: number, ...events: readonly RecordedEvent[]) => {
  const found = await scene(events);
  found.clock.set(noon(now));
  return found;
};

describe('sessions that are to be ended', () => {
  test('are put on the queue a minute after the close, should nobody have been told of it, and every quarter of an hour', async () => {
    const schedule = await at(119, ...live, revoked);
    await schedule.run();
    expect(schedule.revoked).toStrictEqual([]);
    schedule.clock.set(noon(120));
    await schedule.run();
    await schedule.run();
    expect(schedule.revoked).toEqual([{ id: `${requestId}.${noon(120)}`, requestId, roleArn }]);
    expect(schedule.dues.open()).toEqual([{ ...due, at: noon(1020) }]);
    schedule.clock.set(noon(1020));
    await schedule.run();
    expect(schedule.revoked).toHaveLength(2);
  });

  test('are forgotten when they are surely over, and nothing ever stood on a boundary', async () => {
    const schedule = await at(1800, ...live, revoked);
    await schedule.run();
    expect(schedule.revoked).toHaveLength(1);
    schedule.clock.set(noon(2701));
    await schedule.run();
    expect([schedule.revoked.length, schedule.dues.open()]).toEqual([1, []]);
  });

  test.each<[string, readonly RecordedEvent[]]>([
    ['of a grant that goes on', live],
    ['of a grant without any', [submitted(), approved(approver, noon(0)), revoked]],
    [
      'of what its requester ended, unless access.yml wants that',
      [...live, recorded('request.ended', {}, { by: engineer, at: noon(60) })],
    ],
    ['that are on record as ended', [...live, revoked, denied]],
  ])('are not those %s', async (_which, events) => {
    const schedule = await at(130, ...events);
    await schedule.run();
    expect([schedule.revoked, kinds(schedule)]).toEqual([[], []]);
  });
});

describe('a deny that stands', () => {
  test('is looked at by whoever writes the boundary, again and again, until they say that it is over', async () => {
    const schedule = await at(1800, ...live, revoked, denied);
    await schedule.dues.again({ ...due, at: noon(1800) });
    await schedule.run();
    await schedule.run();
    expect(schedule.revoked).toEqual([{ id: `${requestId}.${noon(1800)}`, requestId, roleArn }]);
    schedule.clock.set(noon(2700));
    await schedule.run();
    expect([schedule.revoked.length, schedule.dues.open()]).toEqual([2, [{ ...due, at: noon(3600) }]]);
  });

  test.each<[string, readonly RecordedEvent[]]>([
    ['that is not in the ledger', []],
    ['that goes on', live],
  ])('of a request %s is forgotten', async (_which, events) => {
    const schedule = await at(1800, ...events);
    await schedule.dues.again({ ...due, at: noon(1800) });
    await schedule.run();
    expect([schedule.revoked, kinds(schedule)]).toEqual([[], []]);
  });
});
