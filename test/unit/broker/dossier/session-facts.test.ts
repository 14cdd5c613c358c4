import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { sessionsOf } from '../../../../lib/broker/dossier/session-facts.ts';
import type { RecordedEvent } from '../../../../lib/domain/event.ts';
import { engineer, entitlement, intended, noon, recorded } from '../../../support/builders.ts';

const by = { by: engineer, at: noon(61) };
const factsOf = (...events: readonly RecordedEvent[]) =>
  sessionsOf(events.map((event) => seal(undefined, 'request#r_1', event)));

const INTENT = { ...intended(noon(60)), eventId: 'i' };
const INTENDED = {
  ...{ intent: 'i', purpose: 'credentials', roleArn: entitlement().roleArn, durationSeconds: 900 },
  ...{ endsAt: noon(60), sessionNameHash: 'hash', tags: {} },
};

describe('what is known of a role session', () => {
  test.each<readonly [string, RecordedEvent, object]>([
    [
      'that was opened',
      recorded('credentials.issued', { intent: 'i', accessKeyId: 'ASIA2', expiration: noon(960) }, by),
      { accessKeyId: 'ASIA2', expiration: noon(960) },
    ],
    [
      'that nobody got',
      recorded('credentials.withheld', { intent: 'i', accessKeyId: 'ASIA2', reason: 'revoked' }, by),
      { accessKeyId: 'ASIA2', reason: 'revoked' },
    ],
    [
      'that AWS refused',
      recorded('credentials.failed', { intent: 'i', reason: 'AccessDenied' }, by),
      { reason: 'AccessDenied' },
    ],
    [
      'that nobody knows of',
      recorded('credentials.unknown', { intent: 'i', reason: 'NoOutcome' }, by),
      { reason: 'NoOutcome' },
    ],
    [
      'that a console was opened by',
      recorded('console.issued', { intent: 'i', expiresAt: noon(960) }, by),
      { urlExpiresAt: noon(960) },
    ],
  ])('%s is what was intended, and what its event says became of it', (_what, outcome, expected) => {
    const facts = factsOf(INTENT, outcome);
    expect(facts.get('i')).toStrictEqual(INTENDED);
    expect(facts.get(outcome.eventId)).toStrictEqual({ ...INTENDED, ...expected });
  });

  test('is nothing where the intent is not among the events', () => {
    const outcome = recorded('credentials.failed', { intent: 'another', reason: 'AccessDenied' }, by);
    expect(factsOf(INTENT, outcome).has(outcome.eventId)).toBe(false);
  });

  test('is nothing of what is about no role session', () => {
    expect(factsOf(recorded('sessions.ended', { tookMs: 1, by: 'boundary' }, by)).size).toBe(0);
  });
});
