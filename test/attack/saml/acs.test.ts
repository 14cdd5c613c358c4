import { beforeEach, describe, expect, test } from '@jest/globals';
import { acceptResponse } from '../../../lib/identity/saml-acs.ts';
import { hashSecret } from '../../../lib/identity/sessions.ts';
import { NOON, noon } from '../../support/builders.ts';
import { memoryClock } from '../../support/memory.ts';
import { IDP, REQUEST, encode, responseXml, signXml } from '../../support/saml-generator.ts';
import { testSamlProvider } from '../../support/saml-provider.ts';
import { type MemoryIdentity, memoryIdentity } from '../../unit/identity/memory.ts';
import { attacker, evil, key, pieceOf, replaced, signed } from './believing.ts';
import { constructs } from './constructs.ts';
import { encrypted, ourPem } from './encrypting.ts';
import { AROUND, GENUINE } from './sayings.ts';
import { MADE, edits } from './signatures.ts';
import { wrapped } from './wrapped.ts';
import { whyNot } from '../why-not.ts';

const provider = {
  ...testSamlProvider('', () => new Date(), { id: 'adfs', issuer: IDP }).provider,
  ...{ certificates: [key.certificate], ssoUrl: 'https://idp.example.com/sso', decryptionKey: 'env:KEY' },
};

/** Everything that the other files refuse one by one, with why. */
const catalogue: readonly (readonly [string, string, string])[] = [
  ...Object.entries(wrapped).map(([name, [make, fault]]) => [name, make(), fault] as const),
  ...Object.entries(constructs).map(
    ([name, [piece, by]]) => [name, replaced(signed('Assertion'), piece, by), 'forbidden_construct'] as const,
  ),
  ...MADE.map(([name, how]) => [name, signed('Response', {}, how), 'signature_shape'] as const),
  ...Object.entries(edits).map(
    ([name, [piece, by, fault]]) => [name, replaced(signed('Assertion'), piece, by), fault] as const,
  ),
  ...GENUINE.map(([name, says, fault]) => [name, signed('Assertion', says), fault] as const),
  ...AROUND.map(([name, says, fault]) => [name, signed('Response', says), fault] as const),
  ['no signature', responseXml(), 'unsigned'],
  ['the key of the attacker', signXml(responseXml(), 'Assertion', attacker), 'signature'],
  [
    'an attacker’s assertion, encrypted for us',
    responseXml({ assertion: encrypted(evil(pieceOf(responseXml(), 'saml:Assertion'))) }),
    'unsigned',
  ],
];

let identity: MemoryIdentity;

beforeEach(async () => {
  identity = memoryIdentity([provider], {
    clock: memoryClock(NOON),
    resolveSecret: () => Promise.resolve(ourPem),
  });
  await identity.samlAttempts.put({
    ...{ requestHash: hashSecret(REQUEST), provider: 'adfs', browserHash: hashSecret('this browser') },
    ...{ returnTo: '/', expiresAt: noon(600) },
  });
});

const post = (xml: string): Promise<string> => whyNot(acceptResponse(identity, encode(xml)));

const succeeded = () => identity.stored.events.filter(({ event }) => event.type === 'signin.succeeded');

describe('posted by a browser that waits for its answer', () => {
  test.each([
    ['a signed assertion', signed('Assertion')],
    ['a signed response', signed('Response')],
    ['an encrypted assertion', responseXml({ assertion: encrypted(pieceOf(signed('Assertion'), 'saml:Assertion')) })],
  ])('control: %s is accepted and waits for that browser', async (_name, xml) => {
    await expect(post(xml)).resolves.toBe('accepted');
    expect(identity.stored.parkedSignIns.size).toBe(1);
  });

  test.each(catalogue)('attack: %s', async (_name, xml, fault) => {
    const outcome = await post(xml);
    // What could never be believed, and what answers nothing of ours, is refused before anybody asks who signed it.
    const early = [`a response that is ${fault}`, ...(fault === 'in_response_to' ? NO_ANSWER : [])];
    expect([`invalid_token ${fault}`, ...early.map((reason) => `not_signed_in ${reason}`)]).toContain(outcome);
    expect(identity.stored.parkedSignIns.size).toBe(0);
    expect(identity.stored.sessions.size).toBe(0);
    expect(identity.stored.names).toStrictEqual([]);
    expect(succeeded()).toStrictEqual([]);
  });
});

const NO_ANSWER = ['no request of ours', 'a response that nobody asked for', 'no such attempt, or no longer'];
