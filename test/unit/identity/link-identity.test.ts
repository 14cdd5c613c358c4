import { expect, test } from '@jest/globals';
import { beginLink, finishLink } from '../../../lib/identity/link-identity.ts';
import { openSession } from '../../../lib/identity/sessions.ts';
import { handleOf, principal } from '../../support/builders.ts';
import { testConfig } from '../../support/config.ts';
import { PEPPER, codeOf, memoryIdentity } from './memory.ts';
import { handleOf as handleOfPair } from '../../../lib/identity/handle.ts';

const { identityProviders } = testConfig();
const parts = () => ({ ...memoryIdentity(identityProviders), resolveSecret: () => Promise.resolve('') });
const ada = principal('ada', []);

test('attack: a stolen bearer token links no identity to its owner’s', () => {
  const begin = () =>
    beginLink(parts(), { principal: ada, via: 'bearer', tokenHash: 'hash' }, { provider: 'local-oidc' });
  expect(begin).toThrow(expect.objectContaining({ code: 'channel_not_allowed' }));
});

test('attack: a workload is nobody’s other identity', () => {
  const workload = { ...ada, kind: 'workload' as const };
  const begin = () =>
    beginLink(parts(), { principal: workload, via: 'cookie', tokenHash: 'hash' }, { provider: 'local-oidc' });
  expect(begin).toThrow(expect.objectContaining({ code: 'channel_not_allowed' }));
});

test('who is proved is linked to the session’s person, and called by their name', async () => {
  const memory = parts();
  const { token, session } = await openSession(memory, ada, 'cookie');
  const bea = principal('bea', []);
  const [provider] = memory.providers;
  if (!provider) throw new TypeError('there is a provider');
  const cookies = await finishLink(
    memory,
    { provider, method: 'browser', via: 'cookie' },
    { link: { handle: ada.handle, tokenHash: session.tokenHash }, cookies: { '__Host-hatcheck': token } },
    () =>
      Promise.resolve({
        ...{ issuer: bea.issuer, subject: bea.subject },
        principal: (handle) => ({ ...bea, handle }),
      }),
  );
  expect(cookies).toEqual([expect.stringMatching(/^__Host-hatcheck-login=; Max-Age=0;/)]);
  const other = handleOfPair(PEPPER, bea.issuer, bea.subject);
  expect(memory.stored.links).toEqual([[ada.handle, other]]);
  expect(memory.stored.names).toMatchObject([{ handle: other, displayName: 'bea' }]);
});

test('attack: the session’s token under another’s handle is not the session that began', async () => {
  const memory = parts();
  const { token, session } = await openSession(memory, ada, 'cookie');
  const [provider] = memory.providers;
  if (!provider) throw new TypeError('there is a provider');
  const link = { handle: handleOf('mallory'), tokenHash: session.tokenHash };
  const attempt = finishLink(
    memory,
    { provider, method: 'browser', via: 'cookie' },
    { link, cookies: { '__Host-hatcheck': token } },
    () => Promise.reject(new TypeError('nothing is verified')),
  );
  expect(await codeOf(attempt)).toBe('not_signed_in');
});
