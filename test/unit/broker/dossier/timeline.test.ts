import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { timelineOf } from '../../../../lib/broker/dossier/timeline.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';

const STREAM = 'request#r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

const chained = (...events: readonly RecordedEvent[]): readonly StoredEvent[] =>
  events.reduce<readonly StoredEvent[]>((chain, event) => [...chain, seal(chain.at(-1), STREAM, event)], []);

const told = (events: readonly StoredEvent[]) =>
  timelineOf(events, { person: (handle) => ({ handle }), words: new Map(), places: new Map() });

const placeOf = ({ eventId, seq }: { readonly eventId: string; readonly seq: number }) => ({
  ...{ eventId, stream: STREAM, seq },
});
const asked = {
  ...{ what: 'request', entitlementId: 'prod-admin', accountId: '111122223333', roleArn: entitlement().roleArn },
  ...{ durationSeconds: 3600, via: 'assumeRole', approvals: 0 },
};
const by = (who = engineer, seconds = 20) => ({ by: who, at: noon(seconds) });

describe('an entry says what there is to say and nothing else', () => {
  test('of a yes: who, to what, and the grant that it made', () => {
    const events = chained(submitted(), approved(approver, noon(20)));
    expect(told(events)[1]).toStrictEqual({
      ...placeOf(events[1]!),
      ...{ at: noon(20), type: 'request.approved', actor: { handle: approver.handle, kind: 'person' } },
      on: { ...asked, stage: 0 },
      grant: { startsAt: noon(20), endsAt: noon(3620) },
      log: { state: 'waiting' },
    });
  });

  test('of an ask: who and when, for nobody has decided yet', () => {
    const events = chained(submitted());
    expect(told(events)).toStrictEqual([
      {
        ...placeOf(events[0]!),
        ...{ at: noon(0), type: 'request.submitted', actor: { handle: engineer.handle, kind: 'person' } },
        log: { state: 'waiting' },
      },
    ]);
  });

  test('of a review: its verdict, and by which access policy', () => {
    const reviewed = recorded('request.reviewed', { verdict: 'unjustified', comment: words('w') }, by(security));
    const events = chained(submitted(), { ...reviewed, policy: 'v' });
    expect(told(events)[1]).toStrictEqual({
      ...placeOf(events[1]!),
      ...{ at: noon(20), type: 'request.reviewed', actor: { handle: security.handle, kind: 'person' } },
      ...{ policy: 'v', verdict: 'unjustified', on: asked, log: { state: 'waiting' } },
    });
  });

  test('of a yes to what was asked for later, with a ticket and of less than the role: all of that', () => {
    const more = { startAt: noon(600), ticket: 'OPS-1', scope: { actions: ['s3:GetObject'], resources: ['*'] } };
    const [, entry] = told(chained(submitted(more), approved(approver, noon(20))));
    expect(entry?.on).toStrictEqual({ ...asked, ...more, stage: 0 });
    expect(entry?.grant).toStrictEqual({ startsAt: noon(600), endsAt: noon(4200) });
  });
});

const reason = words('no');
const yes = approved(approver, noon(10));
const extension = recorded(
  'request.extension_requested',
  { durationSeconds: 600, justification: words('more'), stages: [], pendingUntil: noon(1800) },
  by(),
);

describe('what lay before whoever decided', () => {
  test.each<readonly [string, readonly RecordedEvent[], object]>([
    ['a no', [recorded('request.denied', { reason }, by(approver))], {}],
    ['a withdrawal', [recorded('request.cancelled', {}, by())], {}],
    ['a revoke', [yes, recorded('request.revoked', { reason }, by(security))], { approvals: 1 }],
    ['an end', [yes, recorded('request.ended', {}, by())], { approvals: 1 }],
    [
      'a no to more time',
      [yes, extension, recorded('request.denied', { extension: true, reason }, by(approver, 30))],
      { what: 'extension', durationSeconds: 600 },
    ],
    [
      'a withdrawal of more time',
      [yes, extension, recorded('request.cancelled', { extension: true }, by(engineer, 30))],
      { what: 'extension', durationSeconds: 600 },
    ],
  ])('is said of %s, without a stage', (_what, events, expected) => {
    expect(told(chained(submitted(), ...events)).at(-1)?.on).toStrictEqual({ ...asked, ...expected });
  });

  test.each<readonly [string, readonly RecordedEvent[]]>([
    ['an ask for more time', [yes, extension]],
    ['a lapse', [recorded('request.lapsed', { pendingUntil: noon(1800) }, by(engineer, 1900))]],
    ['an intent', [yes, intended(noon(60))]],
  ])('is not said of %s, which is no decision', (_what, events) => {
    expect(told(chained(submitted(), ...events)).at(-1)).not.toHaveProperty('on');
  });
});
