import { beforeEach, describe, expect, test } from '@jest/globals';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import { beginLogin } from '../../../lib/identity/login.ts';
import { acceptResponse } from '../../../lib/identity/saml-acs.ts';
import { NOON } from '../../support/builders.ts';
import { memoryClock } from '../../support/memory.ts';
import { encode, responseXml } from '../../support/saml-generator.ts';
import { type TestSamlProvider, testSamlProvider } from '../../support/saml-provider.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from './memory.ts';

let identity: MemoryIdentity;
let adfs: TestSamlProvider;

beforeEach(() => {
  const clock = memoryClock(NOON);
  adfs = testSamlProvider('https://hatcheck.example.com', () => new Date(clock.now()));
  identity = memoryIdentity([adfs.provider], { clock });
});

const responded = async () => adfs.respond((await beginLogin(identity, {})).location);

/** As SAML 2.0 core, 3.4.1, writes it. */
const authnRequest = (id: string, force: string, within: string): string =>
  '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"' +
  ` ID="${id}" Version="2.0" IssueInstant="${NOON}" Destination="https://adfs.example.com/ls"${force}` +
  ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="https://hatcheck.example.com/saml/acs">' +
  `<saml:Issuer>https://hatcheck.example.com/saml/metadata</saml:Issuer>${within}</samlp:AuthnRequest>`;

describe('a request', () => {
  test('attack: markup in a login hint stays text', async () => {
    const { location } = await beginLogin(identity, { loginHint: `a'"><saml:Issuer>&` });
    expect(adfs.request(location).xml).toContain(
      '<saml:NameID>a&apos;&quot;&gt;&lt;saml:Issuer&gt;&amp;</saml:NameID>',
    );
  });

  test('says what we ask, and nothing that the provider decides', async () => {
    const { id, xml } = adfs.request((await beginLogin(identity, {})).location);
    expect(xml).toBe(authnRequest(id, '', ''));
    expect(id).toMatch(/^_[A-Za-z0-9_-]{27}$/);
  });

  test('of a step-up asks for the person anew, and for one of the contexts that count as MFA', async () => {
    const fresh = adfs.request((await beginLogin(identity, { stepUp: 'fresh', loginHint: 'erin' })).location);
    const subject = '<saml:Subject><saml:NameID>erin</saml:NameID></saml:Subject>';
    expect(fresh.xml).toBe(authnRequest(fresh.id, ' ForceAuthn="true"', subject));
    const contexts = ['https://refeds.org/profile/mfa', 'urn:example:a&b'];
    const both = testSamlProvider('https://hatcheck.example.com', () => new Date(NOON), { mfaContexts: contexts });
    const asked = await beginLogin({ ...identity, providers: [both.provider] }, { stepUp: 'mfa' });
    const mfa = both.request(asked.location);
    expect(mfa.xml).toBe(
      authnRequest(
        mfa.id,
        ' ForceAuthn="true"',
        '<samlp:RequestedAuthnContext Comparison="exact"><saml:AuthnContextClassRef>https://refeds.org/profile/mfa</saml:AuthnContextClassRef><saml:AuthnContextClassRef>urn:example:a&amp;b</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>',
      ),
    );
  });

  test('of a step-up is remembered with the time since when the person must have signed in', async () => {
    await beginLogin(identity, { stepUp: 'fresh' });
    expect([...identity.stored.samlAttempts.values()]).toMatchObject([{ authenticatedSince: NOON }]);
  });
});

describe('a step-up', () => {
  const steppedUp = async (secondsBefore: number): Promise<string> => {
    const { location } = await beginLogin(identity, { stepUp: 'fresh' });
    const authnInstant = new Date(Date.parse(NOON) - secondsBefore * 1000);
    return codeOf(acceptResponse(identity, adfs.respond(location, { authnInstant })));
  };

  test('takes a sign-in since it began, and before that as long as clocks may differ', async () => {
    await expect(steppedUp(0)).resolves.toBe('accepted');
    await expect(steppedUp(60)).resolves.toBe('accepted');
  });

  test('attack: takes no older one, however the provider answers, and it is on record', async () => {
    await expect(steppedUp(60.001)).resolves.toBe('invalid_token');
    expect(identity.stored.parkedSignIns.size).toBe(0);
    expect(identity.stored.events).toMatchObject([
      { event: { type: 'signin.refused', data: { reason: 'authentication_time' } } },
    ]);
  });

  test('that was not asked for takes any, and nothing of it is kept', async () => {
    const { location } = await beginLogin(identity, { stepUp: 'mfa' });
    const [attempt] = identity.stored.samlAttempts.values();
    expect(Object.keys(attempt ?? {}).sort()).toEqual(
      ['requestHash', 'provider', 'browserHash', 'returnTo', 'expiresAt'].sort(),
    );
    const authnInstant = new Date(Date.parse(NOON) - 3600_000);
    await acceptResponse(identity, adfs.respond(location, { authnInstant }));
    const [parked] = identity.stored.parkedSignIns.values();
    expect(parked).not.toHaveProperty('sessionEndsAt');
    expect(parked).not.toHaveProperty('link');
  });
});

describe('a response', () => {
  test('that could never be believed answers nothing; a mistake of ours is none of its faults', async () => {
    await expect(codeOf(acceptResponse(identity, '*'))).resolves.toBe('not_signed_in');
    await expect(acceptResponse(identity, undefined as never)).rejects.toThrow(TypeError);
  });

  test('of a provider that was taken out of the configuration meanwhile signs nobody in', async () => {
    const response = await responded();
    await expect(codeOf(acceptResponse({ ...identity, providers: [] }, response))).resolves.toBe('not_signed_in');
    expect(identity.stored.parkedSignIns.size).toBe(0);
  });

  test('attack: that answers nothing and is from nobody signs nobody in', async () => {
    const nameless = responseXml({ responseInResponseTo: undefined, assertion: '' }).replace(
      /<saml:Issuer>[^<]*<\/saml:Issuer>/,
      '',
    );
    await expect(codeOf(acceptResponse(identity, encode(nameless)))).resolves.toBe('not_signed_in');
  });

  test('whose assertion cannot be burnt signs nobody in, and is not called wrong', async () => {
    const response = await responded();
    const replayGuard = { burn: () => Promise.reject(new HatcheckError(refuse('ledger_unavailable', 'away'))) };
    await expect(codeOf(acceptResponse({ ...identity, replayGuard }, response))).resolves.toBe('ledger_unavailable');
    expect(identity.stored.parkedSignIns.size).toBe(0);
  });

  test.each(['_short', `a_${'a'.repeat(27)}`, `_${'a'.repeat(28)}`, `x${'a'.repeat(27)}`, `_${'a'.repeat(26)}.`])(
    'attack: to a request of ID %s is not looked for',
    async (inResponseTo) => {
      const looked: string[] = [];
      const samlAttempts = {
        ...identity.samlAttempts,
        take: (hash: string) => Promise.resolve(looked.push(hash)).then(() => undefined),
      };
      const response = adfs.respond(undefined, { inResponseTo });
      await expect(codeOf(acceptResponse({ ...identity, samlAttempts }, response))).resolves.toBe('not_signed_in');
      expect(looked).toStrictEqual([]);
    },
  );
});
