import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { activate } from '../../../lib/domain/activate-policy.ts';
import { type Control, NOTHING_SAID } from '../../../lib/domain/control.ts';
import { NOON, noon, security, words } from '../../support/builders.ts';

const after = (control: Control, version: string, now = NOON): Control => {
  const decided = activate(version, { control, now });
  if (!('event' in decided)) throw new TypeError('a deployment is never refused');
  return decided.event?.type === 'policy.activated' ? decided.event.data.carried : control;
};

describe('a deployment', () => {
  test('of the first access policy has no predecessor', () => {
    expect(after(NOTHING_SAID, 'first')).toEqual({ holds: [], active: { version: 'first', at: NOON } });
  });

  test('of the next leaves the one before for ten minutes', () => {
    expect(after(after(NOTHING_SAID, 'first'), 'second', noon(1))).toEqual({
      holds: [],
      active: { version: 'second', at: noon(1) },
      predecessor: { version: 'first', until: noon(601) },
    });
  });

  test('of what is active already changes nothing, and gives its predecessor no more time', () => {
    const control = after(after(NOTHING_SAID, 'first'), 'second');
    expect(activate('second', { control, now: noon(500) })).toEqual({ event: undefined });
  });

  test('of a third within ten minutes leaves nothing to the first', () => {
    const control = ['first', 'second', 'third'].reduce((before, version) => after(before, version), NOTHING_SAID);
    expect(control).toMatchObject({ active: { version: 'third' }, predecessor: { version: 'second' } });
  });

  test('leaves every hold in force', () => {
    const hold = { id: 'h_1', target: { on: 'all' }, reason: words('why'), by: security.handle, at: NOON } as const;
    expect(after({ holds: [hold] }, 'first').holds).toEqual([hold]);
  });

  test('or any number of them: the active one is the last, and its predecessor is another', () => {
    const versions = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(versions, (deployed) => {
        const control = deployed.reduce((before, version) => after(before, version), NOTHING_SAID);
        expect(control.active?.version).toBe(deployed.at(-1));
        expect(control.predecessor?.version).not.toBe(control.active?.version);
      }),
    );
  });
});
