import { createPublicKey } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SamlProvider } from '../../../lib/identity/ports.ts';
import { acceptResponse } from '../../../lib/identity/saml-acs.ts';
import { type ExchangeForm, exchangeToken } from '../../../lib/identity/token-exchange.ts';
import { NOON } from '../../support/builders.ts';
import { certifiedKey, pemOf } from '../../support/certificate.ts';
import { memoryClock } from '../../support/memory.ts';
import {
  ACS,
  IDP,
  NAME,
  REQUEST,
  type Says,
  type Signing,
  assertionXml,
  confirmationXml,
  encode,
  responseXml,
  signXml,
} from '../../support/saml-generator.ts';
import { testSamlProvider } from '../../support/saml-provider.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from '../../unit/identity/memory.ts';
import { attacker, evil, expectation, key, pieceOf, verdict } from './believing.ts';
import { type Encryption, encrypted, ourPem } from './encrypting.ts';

const TOKEN = 'https://hatcheck.example.com/oauth/token';

/** What is said to clients: nobody asked, and it is for the token endpoint. */
const TO_CLIENT: Says = { recipient: TOKEN, inResponseTo: undefined };

const provider: SamlProvider = {
  ...testSamlProvider('', () => new Date(), { id: 'adfs', issuer: IDP }).provider,
  ...{ certificates: [key.certificate], tokenExchange: true },
};

let identity: MemoryIdentity;
beforeEach(() => {
  identity = memoryIdentity([provider], { clock: memoryClock(NOON) });
});

const signedBy = (by: typeof key, says: Says = {}, how: Signing = {}): string =>
  pieceOf(signXml(responseXml({ ...TO_CLIENT, ...says }), 'Assertion', by, how), 'saml:Assertion');
const assertion = (says: Says = {}): string => signedBy(key, says);

const form = (token: string, more: Partial<ExchangeForm> = {}): ExchangeForm => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
  subject_token: token,
  ...more,
});

const base64url = (xml: string): string => Buffer.from(xml).toString('base64url');

/** The reason for the operator's log, or `accepted`. */
const reasonOf = async (token: string): Promise<string> => {
  try {
    await exchangeToken(identity, form(token));
    return 'accepted';
  } catch (error) {
    const { cause } = error as { cause?: { fault?: string } };
    return cause?.fault ?? String(error);
  }
};
const exchange = (xml: string): Promise<string> => reasonOf(base64url(xml));

const events = () => identity.stored.events.map(({ event }) => event);

describe('an assertion for the token endpoint', () => {
  test('is exchanged for a bearer session of the person, as its provider describes them', async () => {
    const { issued_token_type, expires_in } = await exchangeToken(identity, form(base64url(assertion())));
    expect([issued_token_type, expires_in]).toEqual(['urn:ietf:params:oauth:token-type:access_token', 900]);
    const [session] = identity.stored.sessions.values();
    expect(session).toMatchObject({
      via: 'bearer',
      principal: {
        ...{ issuer: IDP, subject: NAME, kind: 'person', groups: ['adfs:engineering', 'adfs:sre'], methods: ['pwd'] },
        authenticatedAt: '2026-03-02T11:58:00.000Z',
      },
    });
    expect(events()).toMatchObject([
      { type: 'signin.succeeded', data: { provider: 'adfs', method: 'token_exchange' } },
    ]);
  });

  test('whose session at the provider ends sooner opens one that ends as soon', async () => {
    const token = base64url(assertion({ sessionEnd: '2026-03-02T12:01:00.500Z' }));
    await expect(exchangeToken(identity, form(token))).resolves.toMatchObject({ expires_in: 60 });
    const [session] = identity.stored.sessions.values();
    expect(session?.expiresAt).toBe('2026-03-02T12:01:00.500Z');
  });

  test.each([
    [256, 'accepted'],
    [257, 'subject'],
  ])('whose NameID has %d characters: %s', async (length, outcome) => {
    const nameId = `<saml:NameID>${'e'.repeat(length)}</saml:NameID>`;
    await expect(exchange(assertion({ nameId }))).resolves.toBe(outcome);
  });

  test('replayed in its last second is refused, whoever’s clock is ahead by a minute', async () => {
    const once = assertion();
    await expect(exchange(once)).resolves.toBe('accepted');
    // The conditions end at 12:04, and the skew a minute later.
    const behind = { now: () => '2026-03-02T12:04:59.000Z' };
    identity.clock.set('2026-03-02T12:05:59.000Z');
    await expect(codeOf(exchangeToken({ ...identity, clock: behind }, form(base64url(once))))).resolves.toBe(
      'invalid_request',
    );
    expect(events().at(-1)).toMatchObject({ type: 'signin.refused', data: { reason: 'replayed' } });
    expect(identity.stored.sessions.size).toBe(1);
  });

  test('replayed fifty times at once is good once', async () => {
    const once = assertion();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => exchange(once)));
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['accepted', 'replayed']));
    expect(identity.stored.sessions.size).toBe(1);
  });

  test('that is for browsers too is good once, in one place or the other', async () => {
    identity = { ...identity, providers: [{ ...provider, idpInitiated: true }] };
    const confirmations =
      confirmationXml({ ...TO_CLIENT, recipient: ACS }) + confirmationXml({ ...TO_CLIENT, recipient: TOKEN });
    const both = assertion({ confirmations });
    await expect(exchange(both)).resolves.toBe('accepted');
    const response = encode(responseXml({ responseInResponseTo: undefined, assertion: both }));
    await expect(codeOf(acceptResponse(identity, response))).resolves.toBe('invalid_token');
    expect(events().at(-1)).toMatchObject({ type: 'signin.refused', data: { reason: 'replayed' } });
    expect(identity.stored.parkedSignIns.size).toBe(0);
  });

  test('is of no use where browsers bring responses', () => {
    const response = responseXml({ assertion: assertion({ inResponseTo: REQUEST }) });
    expect(expectation.recipient).toBe(ACS);
    expect(verdict(response)).toBe('recipient');
  });
});

describe('an encrypted assertion for the token endpoint', () => {
  const standalone = (xml: string, how: Encryption = {}): string =>
    encrypted(xml, how).replace('xmlns:xenc', 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xenc');
  const secrets: Readonly<Record<string, string>> = {
    'env:OTHER': pemOf(attacker),
    'env:OURS': ourPem,
  };

  beforeEach(() => {
    const other = { ...provider, id: 'other', issuer: 'https://other.example.com', decryptionKey: 'env:OTHER' };
    identity = {
      ...identity,
      providers: [other, { ...provider, decryptionKey: 'env:OURS' }],
      resolveSecret: (reference) => Promise.resolve(secrets[reference] ?? ''),
    };
  });

  test('is exchanged, once, encrypted anew or not', async () => {
    const once = assertion();
    await expect(exchange(standalone(once))).resolves.toBe('accepted');
    await expect(exchange(standalone(once))).resolves.toBe('replayed');
    await expect(exchange(once)).resolves.toBe('replayed');
  });

  test('alone asks for our keys: while they cannot be had, plain ones are exchanged', async () => {
    identity = { ...identity, resolveSecret: () => Promise.reject(new Error('no parameter store')) };
    await expect(exchange(assertion())).resolves.toBe('accepted');
    await expect(exchange(standalone(assertion()))).resolves.toContain('no parameter store');
  });

  test.each<[string, Encryption]>([
    ['AES-CBC', { cipher: 'aes-256-cbc' }],
    ['PKCS #1 v1.5', { isPkcs1: true }],
    ['a flipped byte', { flip: 'ciphertext' }],
    ['a key that is none of ours', { to: createPublicKey(certifiedKey().privateKey) }],
  ])('with %s is refused', async (_what, how) => {
    await expect(exchange(standalone(assertion(), how))).resolves.toBe('decryption');
  });

  test('by anybody, with our public key, is worth nothing', async () => {
    await expect(exchange(standalone(evil(assertionXml(TO_CLIENT))))).resolves.toBe('unsigned');
    await expect(exchange(standalone(signedBy(attacker)))).resolves.toBe('signature');
  });
});

describe('an assertion that was meant for something else', () => {
  test.each<[string, Says, string]>([
    ['the answer to a browser’s request, stolen on its way', { recipient: ACS, inResponseTo: REQUEST }, 'recipient'],
    ['for browsers, though nobody asked', { recipient: ACS }, 'recipient'],
    ['for the token endpoint in answer to a request', { inResponseTo: REQUEST }, 'in_response_to'],
    ['for a token endpoint with a slash more', { recipient: `${TOKEN}/` }, 'recipient'],
    ['for a token endpoint in capitals', { recipient: TOKEN.toUpperCase() }, 'recipient'],
    ['for no recipient', { recipient: undefined }, 'recipient'],
    [
      'for another audience',
      {
        audiences:
          '<saml:AudienceRestriction><saml:Audience>https://other.example.com</saml:Audience></saml:AudienceRestriction>',
      },
      'audience',
    ],
    ['for every audience', { audiences: '' }, 'audience'],
    ['for whoever holds a key', { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }, 'subject_confirmation'],
    ['without an end', { confirmationEnd: undefined }, 'subject_confirmation'],
    ['that is over', { confirmationEnd: '2026-03-02T11:58:59Z' }, 'expired'],
    ['made an hour ago and still good', { issueInstant: '2026-03-02T10:59:59Z' }, 'too_old'],
    ['of nobody who signed in', { authnStatements: '' }, 'authn_statement'],
  ])('%s is refused, and that is recorded', async (_what, says, reason) => {
    await expect(exchange(assertion(says))).resolves.toBe(reason);
    expect(identity.stored.sessions.size).toBe(0);
    expect(events()).toMatchObject([
      { type: 'signin.refused', data: { provider: 'adfs', method: 'token_exchange', reason } },
    ]);
  });
});

describe('what nobody vouched for', () => {
  test.each<[string, () => string, string]>([
    ['unsigned', () => assertionXml(TO_CLIENT), 'unsigned'],
    ['signed by somebody else', () => signedBy(attacker), 'signature'],
    ['changed after it was signed', () => assertion().replace(NAME, 'security@example.com'), 'signature'],
    [
      'of an issuer that is not configured',
      () => signedBy(attacker, { assertionIssuer: 'https://evil.example.com' }),
      'issuer',
    ],
    [
      'with the signed one inside',
      () =>
        evil(assertionXml(TO_CLIENT)).replace(
          '</saml:Assertion>',
          `<saml:Advice>${assertion()}</saml:Advice></saml:Assertion>`,
        ),
      'structure',
    ],
    ['two, the signed one first', () => assertion() + evil(assertionXml(TO_CLIENT)), 'malformed'],
    ['a whole response', () => signXml(responseXml(TO_CLIENT), 'Response', key), 'structure'],
    ['a DOCTYPE before it', () => `<!DOCTYPE r>${assertion()}`, 'forbidden_construct'],
    [
      'encrypted, where we have no key',
      () =>
        encrypted(assertion()).replace('xmlns:xenc', 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xenc'),
      'decryption',
    ],
  ])('%s is refused, and leaves no trace', async (_what, xml, reason) => {
    await expect(exchange(xml())).resolves.toBe(reason);
    expect([events(), identity.stored.sessions.size, identity.stored.burnt.size]).toEqual([[], 0, 0]);
  });

  test.each<[string, (xml: string) => string, string]>([
    ['base64 with padding', (xml) => Buffer.from(`${xml}  `).toString('base64').replace(/=*$/, '=='), 'malformed'],
    ['line breaks', (xml) => base64url(xml).replace(/(.{64})/g, '$1\n'), 'malformed'],
    ['nothing but blanks', () => ' ', 'malformed'],
    ['far too much', () => 'A'.repeat(400_000), 'too_large'],
  ])('%s is refused', async (_what, spelt, reason) => {
    await expect(reasonOf(spelt(assertion()))).resolves.toBe(reason);
  });

  test('where access.yml says nothing of exchange, the honest assertion is refused', async () => {
    identity = { ...identity, providers: [{ ...provider, tokenExchange: false }] };
    await expect(exchange(assertion())).resolves.toBe('issuer');
  });

  test('an assertion called an ID token, and a type that is neither', async () => {
    const token = base64url(assertion());
    for (const type of ['id_token', 'saml1', 'access_token']) {
      const named = form(token, { subject_token_type: `urn:ietf:params:oauth:token-type:${type}` });
      await expect(codeOf(exchangeToken(identity, named))).resolves.toBe('invalid_request');
    }
    expect(events()).toStrictEqual([]);
  });
});
