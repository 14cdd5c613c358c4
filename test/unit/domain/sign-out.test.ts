import { expect, test } from '@jest/globals';
import { signedOut } from '../../../lib/domain/sign-out.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { NOON, engineer, handleOf, noon, words } from '../../support/builders.ts';

test('a sign-out says of whom, of how many sessions and why, and carries what time has not put an end to', () => {
  const other = handleOf('other');
  const live = { requestId: 'r_1', breakGlass: false, at: NOON, until: noon(61) };
  const standing = {
    ...{ ...NO_STANDING, sameAs: [other], linked: [other] },
    reservations: [{ ...live, requestId: 'r_0', until: noon(60) }, live],
  };
  const ended = { people: [engineer.handle, other], ended: 2, reason: words('stolen') };
  expect(signedOut(standing, ended, noon(60))).toEqual({
    event: { type: 'person.signed_out', data: { ...ended, carried: { ...standing, reservations: [live] } } },
  });
});
