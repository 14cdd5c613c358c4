import { describe, expect, test } from '@jest/globals';
import { groupsFresh, mfaUsed, sameDeviceUsed, signedInRecently } from '../../../lib/domain/assurance.ts';
import { engineer, noon } from '../../support/builders.ts';

describe('groups', () => {
  test('are fresh up to their age, to the millisecond', () => {
    expect(groupsFresh(engineer, 600, noon(600))).toBeUndefined();
    expect(groupsFresh(engineer, 600, noon(600.001))).toMatchObject({ code: 'step_up_required', stepUp: 'fresh' });
  });

  test('count from when they were fetched, not from the sign-in', () => {
    const refreshed = { ...engineer, authenticatedAt: noon(-86_400), groupsAt: noon(0) };
    expect(groupsFresh(refreshed, 600, noon(600))).toBeUndefined();
  });

  test('of an unknown age are not fresh', () => {
    expect(groupsFresh({ ...engineer, groupsAt: 'never' }, 600, noon(0))?.code).toBe('step_up_required');
  });
});

describe('more than one factor', () => {
  test('is asked for only where access.yml asks', () => {
    expect(mfaUsed(engineer, { mfa: false })).toBeUndefined();
    expect(mfaUsed(engineer, { mfa: true })).toMatchObject({ code: 'step_up_required', stepUp: 'mfa' });
  });

  test('is what the provider calls mfa, and nothing that contains it', () => {
    expect(mfaUsed({ ...engineer, methods: ['pwd', 'mfa'] }, { mfa: true })).toBeUndefined();
    expect(mfaUsed({ ...engineer, methods: ['mfa-maybe'] }, { mfa: true })?.code).toBe('step_up_required');
  });
});

describe('a sign-in on this very machine', () => {
  const byDevice = { ...engineer, byDevice: true } as const;

  test('is asked for only where access.yml asks', () => {
    expect(sameDeviceUsed(byDevice, { mfa: false })).toBeUndefined();
    expect(sameDeviceUsed(engineer, { mfa: false, sameDevice: true })).toBeUndefined();
  });

  test('is none by device authorization, however strong', () => {
    const strong = { ...byDevice, methods: ['mfa', 'hwk'] };
    expect(sameDeviceUsed(strong, { mfa: true, sameDevice: true })).toMatchObject({
      ...{ code: 'step_up_required', stepUp: 'fresh' },
    });
  });
});

describe('a recent sign-in', () => {
  test('is asked for only where access.yml asks', () => {
    expect(signedInRecently(engineer, { mfa: false }, noon(1_000_000))).toBeUndefined();
  });

  test('is recent up to its age, to the millisecond', () => {
    const requires = { mfa: false, authenticatedWithinSeconds: 900 };
    expect(signedInRecently(engineer, requires, noon(900))).toBeUndefined();
    expect(signedInRecently(engineer, requires, noon(900.001))).toMatchObject({
      code: 'step_up_required',
      stepUp: 'fresh',
    });
  });

  test('is asked for with more than one factor where that is asked for too', () => {
    const requires = { mfa: true, authenticatedWithinSeconds: 900 };
    expect(signedInRecently(engineer, requires, noon(901))).toMatchObject({ stepUp: 'mfa' });
  });

  test('within zero seconds is this very instant', () => {
    const requires = { mfa: false, authenticatedWithinSeconds: 0 };
    expect(signedInRecently(engineer, requires, noon(0))).toBeUndefined();
    expect(signedInRecently(engineer, requires, noon(0.001))?.code).toBe('step_up_required');
  });

  test('counts from when the person proved who they are, not from when groups were fetched', () => {
    const refreshed = { ...engineer, groupsAt: noon(900), authenticatedAt: noon(-1) };
    expect(signedInRecently(refreshed, { mfa: false, authenticatedWithinSeconds: 900 }, noon(900))?.code).toBe(
      'step_up_required',
    );
  });
});
