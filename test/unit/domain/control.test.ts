import { describe, expect, test } from '@jest/globals';
import { controlAfter } from '../../../lib/domain/control.ts';
import type { RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';
import { IN_FORCE, NOON, approver, handleOf, recorded, security, submitted, words } from '../../support/builders.ts';

const stored = (event: RecordedEvent): StoredEvent => ({
  ...event,
  ...{ stream: 'control', seq: 0, prevHash: '', hash: '', v: 1 as const },
});

const hold = {
  ...{ id: 'h_1', target: { on: 'person' as const, handle: handleOf('engineer') }, reason: words('why') },
  ...{ by: approver.handle, at: NOON },
};
const carried = { ...IN_FORCE, holds: [hold] };
const by = { by: security, at: NOON };

describe('what holds for everybody', () => {
  test('is nothing while nothing was said', () => {
    expect(controlAfter(undefined)).toEqual({ holds: [] });
  });

  test.each([
    ['a hold', recorded('hold.placed', { hold, carried }, by)],
    ['its end', recorded('hold.lifted', { holdId: 'h_2', carried }, by)],
    ['a deployment', recorded('policy.activated', { version: 'the-version', carried }, by)],
  ])('is what the last event carries: %s', (_what, event) => {
    expect(controlAfter(stored(event))).toEqual(carried);
  });

  test('attack: an event of another kind in the stream stops everything', () => {
    expect(() => controlAfter(stored(submitted()))).toThrow(TypeError);
  });
});
