import { expect, test } from '@jest/globals';
import { AssertionRefused, ProviderUnavailable } from '../../../lib/identity/assertion-refused.ts';
import { assertionIsRefused, providerIsAway } from '../../../lib/identity/browser-refusals.ts';

test('a browser is told one thing; what it was stays with it for the operator', () => {
  const parser = new SyntaxError('at byte 5');
  const refused = new AssertionRefused('malformed', { subject: 'erin', cause: parser });
  expect(refused).toMatchObject({ name: 'AssertionRefused', cause: parser, subject: 'erin' });
  expect(() => assertionIsRefused(refused)).toThrow(expect.objectContaining({ code: 'invalid_token', cause: refused }));
  const away = new ProviderUnavailable('away', { cause: parser });
  expect(away.cause).toBe(parser);
  for (const told of [assertionIsRefused, providerIsAway])
    expect(() => told(away)).toThrow(
      expect.objectContaining({
        ...{ code: 'provider_unavailable', cause: away },
        refusal: expect.objectContaining({ retryAfterSeconds: 30 }),
      }),
    );
  expect(() => providerIsAway(refused)).toThrow(refused);
});
