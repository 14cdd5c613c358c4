import { describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import type { EventType, RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import { approver, engineer, noon, outsider, recorded, security, stage, words } from '../support/builders.ts';
import type { Entry, Evidence } from '../support/history.ts';
import { checkHistory } from './check-history.ts';
import { evidenceOf, newWorld, perform } from './world.ts';
import { honest, requestId, events, resealed, withEvents, withEntries, at, by, invariants } from './honest-history.ts';

describe('a forged history is found out', () => {
  test('I1: credentials that left without a committed outcome', () => {
    const forged = withEvents(events.filter((_event, index) => index !== at('credentials.issued')));
    expect(invariants(forged)).toContain('I1');
  });

  test('I1: credentials whose outcome was committed only after they had left', () => {
    const issued = honest.entries.find(
      (entry) => entry.kind === 'appended' && entry.event.type === 'credentials.issued',
    )!;
    const forged = { ...honest, entries: [...honest.entries.filter((entry) => entry !== issued), issued] };
    expect(invariants(forged)).toContain('I1');
  });

  test('I1: credentials without an approval', () => {
    expect(invariants(withEvents(events.filter(({ type }) => type !== 'request.approved')))).toContain('I1');
  });

  test('I1: a console URL that is not on record', () => {
    expect(invariants(withEvents(events.filter(({ type }) => type !== 'console.issued')))).toContain('I1');
  });

  test('I8: sessions denied of a request that nobody closed', () => {
    const denied = { tookMs: 1, by: 'boundary' } as const;
    const last = (some: readonly StoredEvent[]) => some.at(-1)?.at ?? '';
    const found = (some: readonly StoredEvent[]): readonly string[] => {
      const event = { ...recorded('sessions.ended', denied, { by: security, at: last(some) }), policy: 'the-version' };
      const after = [...some, seal(some.at(-1), `request#${requestId}`, event)];
      return checkHistory(withEvents(after)).filter((violation) => violation.includes('(sessions.ended'));
    };
    expect(found(events)).toStrictEqual([]);
    expect(found(events.slice(0, at('request.revoked')))).toEqual([expect.stringMatching(/^I8 /)]);
  });

  test('I2: one role session that left twice', () => {
    const twice = withEntries((entry) =>
      entry.kind === 'answered' && entry.given.accessKeyId !== undefined ? [entry, entry] : [entry],
    );
    expect(invariants(twice)).toContain('I2');
  });

  test('I2: more issues than the entitlement allows', () => {
    const few = [...honest.policy.entitlements].map(
      ([id, each]) => [id, { ...each, limits: { issuesPerHour: 1 } }] as const,
    );
    expect(invariants({ ...honest, policy: { ...honest.policy, entitlements: new Map(few) } })).toEqual(['I2']);
  });

  test('I3: the requester among the approvers', () => {
    const own = events.map((event, index) => (index === at('request.approved') ? by(event, engineer.handle) : event));
    expect(invariants(withEvents(own))).toContain('I3');
  });

  test('I3: one approver who counts twice', () => {
    const twice = events.flatMap((event, index) => (index === at('request.approved') ? [event, event] : [event]));
    expect(invariants(withEvents(twice))).toContain('I3');
  });

  test('I4: an intent after the revoke', () => {
    const late = { ...events[at('credentials.intended')]!, eventId: 'late', at: events.at(-1)!.at };
    expect(invariants(withEvents([...events, late]))).toContain('I4');
  });

  test('I4: a revoke after an end, where no session was ever asked for; where one was, it is none', async () => {
    const world = newWorld();
    const ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 3600 };
    const { requestId: id = '' } = (await perform(world, engineer, { use: 'submit', ask })).given;
    await perform(world, approver, { use: 'approve', requestId: id });
    await perform(world, engineer, { use: 'credentials', requestId: id });
    await perform(world, engineer, { use: 'end', requestId: id });
    expect((await perform(world, security, { use: 'revoke', requestId: id })).code).toBe('ok');
    const evidence = await evidenceOf(world);
    expect(checkHistory(evidence)).toStrictEqual([]);
    const streams = evidence.streams.map((each) =>
      resealed(each.filter(({ type }) => !type.startsWith('credentials'))),
    );
    expect(checkHistory({ ...evidence, streams })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^I4 .*request\.revoked/)]),
    );
  });

  test('I4: an intent after the grant', () => {
    const [late] = events.slice(at('credentials.intended'));
    const forged = [...events.slice(0, at('credentials.intended')), { ...late!, at: noon(7200) }];
    expect(invariants(withEvents(forged))).toContain('I4');
  });

  test('I5: STS that is asked without an intent, or twice for one', () => {
    const ordered = (entry: Entry) => entry.kind === 'ordered';
    expect(invariants(withEntries((entry) => (ordered(entry) ? [entry, entry] : [entry])))).toEqual(['I5']);
    expect(invariants(withEvents(events.filter((_event, index) => index !== at('credentials.intended'))))).toContain(
      'I5',
    );
  });

  test('I5: an intent whose outcome nobody wrote, though the call was answered', () => {
    const outcome = at('credentials.issued');
    expect(checkHistory(withEvents(events.filter((_event, index) => index !== outcome))).join()).toContain(
      'without an outcome',
    );
  });

  test('I5: a failure on record where STS did open a session', () => {
    const failed = withEntries((entry) =>
      entry.kind === 'appended' && entry.event.type === 'credentials.issued'
        ? [
            {
              ...entry,
              event: { ...entry.event, type: 'credentials.failed', data: { intent: '', reason: '' } } as StoredEvent,
            },
          ]
        : [entry],
    );
    expect(invariants(failed)).toContain('I5');
  });

  test('I6: credentials that end after the grant', () => {
    const longer = withEntries((entry) =>
      entry.kind === 'answered' && entry.given.expiration !== undefined
        ? [{ ...entry, given: { ...entry.given, expiration: noon(7200) } }]
        : [entry],
    );
    expect(invariants(longer)).toEqual(['I6']);
  });

  test('I6: a session policy without the grant’s end', () => {
    const endless = withEntries((entry) => {
      if (entry.kind !== 'ordered' || !entry.order) return [entry];
      const { policy } = entry.order;
      const Statement = policy.Statement.filter((each) => !('Sid' in each) || each.Sid !== 'GrantEnd');
      return [{ ...entry, order: { ...entry.order, policy: { ...policy, Statement } } }];
    });
    expect(invariants(endless)).toEqual(['I6']);
  });

  test.each([
    ['an altered event', (all: readonly StoredEvent[]) => all.map((event) => by(event, outsider.handle))],
    ['a missing event', (all: readonly StoredEvent[]) => all.filter((_event, index) => index !== 1)],
    ['two that changed places', (all: readonly StoredEvent[]) => [all[1]!, all[0]!, ...all.slice(2)]],
  ])('I7: %s', (_what, forge) => {
    expect(invariants({ ...honest, streams: [forge(events)] })).toEqual(['I7']);
  });

  test('I8: a request that does not begin with its submission', () => {
    expect(invariants(withEvents(events.slice(1)))).toContain('I8');
  });

  test('I8: an event that nobody asked for', () => {
    const unasked = withEntries((entry) => (entry.kind === 'asked' && entry.use === 'revoke' ? [] : [entry]));
    expect(invariants(unasked)).toEqual(['I8']);
  });

  test('I8: something answered as done that is not in the ledger', () => {
    expect(invariants(withEvents(events.slice(0, -1)))).toEqual(['I8']);
  });

  test('I9: one key that made two requests, or took two bodies', () => {
    const [asked, answered] = ['asked', 'answered'].map((kind) => honest.entries.find((entry) => entry.kind === kind)!);
    if (asked?.kind !== 'asked' || answered?.kind !== 'answered') throw new TypeError('the first call is a submission');
    const again = (submission: { key: string; body: string }, id: string): Evidence => ({
      ...honest,
      entries: [
        ...honest.entries,
        { ...asked, call: 99, submission },
        { ...answered, call: 99, given: { requestId: id } },
      ],
    });
    const body = asked.submission?.body ?? '';
    expect(invariants(again({ key: 'one', body }, requestId))).toStrictEqual([]);
    expect(invariants(again({ key: 'one', body: '{}' }, requestId))).toEqual(['I9']);
    expect(invariants(again({ key: 'one', body }, 'r_OTHER'))).toContain('I9');
  });

  describe('I9: an approver who hears 409 about their own yes', () => {
    const open = () => withEvents(events.filter(({ type }) => type !== 'request.revoked'));
    const refused: readonly Entry[] = [
      { kind: 'asked', call: 99, use: 'approve', by: approver, requestId: '' },
      { kind: 'answered', call: 99, code: 'wrong_status', given: {} },
    ];
    const heard = (...meanwhile: readonly StoredEvent[]): number => {
      const entries: readonly Entry[] = [
        ...honest.entries.filter((entry) => entry.kind !== 'answered' || entry.code === 'ok'),
        ...meanwhile.map((event): Entry => ({ kind: 'appended', call: 98, event })),
        ...refused.map((entry) => (entry.kind === 'asked' ? { ...entry, requestId } : entry)),
      ];
      return checkHistory({ ...open(), entries }).filter((each) => each.includes('409')).length;
    };
    const placed = <T extends EventType>(event: RecordedEvent<T>) => ({
      ...event,
      ...{ stream: `request#${requestId}`, seq: 9, prevHash: '', hash: '', v: 1 as const },
    });
    const asked = (): StoredEvent =>
      placed(
        recorded(
          'request.extension_requested',
          {
            ...{ durationSeconds: 600, justification: words('more') },
            ...{ stages: [stage('sre-leads')], pendingUntil: noon(900) },
          },
          { by: engineer, at: noon(60) },
        ),
      );
    const given = (): StoredEvent =>
      placed(recorded('request.approved', { stage: 0, extension: true }, { by: approver, at: noon(70) }));

    test('is lied to', () => {
      expect(heard()).toBe(1);
    });

    test('also where more time was asked for, and given', () => {
      expect(heard(asked(), given())).toBe(1);
    });

    test('but not where it was asked for in vain', () => {
      expect(heard(asked())).toBe(0);
    });
  });
});
