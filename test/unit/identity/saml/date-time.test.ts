import { expect, test } from '@jest/globals';
import { instantIn } from '../../../../lib/identity/saml/date-time.ts';

test.each([
  ['2026-03-02T12:00:00Z', '2026-03-02T12:00:00.000Z'],
  ['2026-03-02T12:00:00.123456789Z', '2026-03-02T12:00:00.123Z'],
  ['2026-03-02T14:00:00+02:00', '2026-03-02T12:00:00.000Z'],
  ['2026-13-02T12:00:00Z', undefined],
  ['2026-02-30T12:00:00Z', undefined],
  ['2026-03-02T24:00:00Z', undefined],
  ['2026-03-02T12:00:00', undefined],
  ['2026-03-02T12:00:00+15:00', undefined],
  // A year of six digits is one to JavaScript alone.
  ['+002026-03-02T12:00:00Z', undefined],
  ['2026-03-02T12:00:00Z ', undefined],
  ['2026-03-02T12:00:00.0000000001Z', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is %j', (text, instant) => {
  expect(instantIn(text)).toBe(instant);
});
