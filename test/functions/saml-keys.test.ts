import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DOMParser } from '@xmldom/xmldom';
import { create } from '../../functions/signin.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { SamlProvider } from '../../lib/identity/ports.ts';
import { isSignedQuery } from '../../local/idp/request-signature.ts';
import { codeIn, cookiesOf, headerOf } from '../support/browser.ts';
import { certifiedKey, pemOf } from '../support/certificate.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type TestSamlProvider, testSamlProvider } from '../support/saml-provider.ts';

const [signing, decryption] = [certifiedKey(), certifiedKey()];
const clock = memoryClock(new Date().toISOString());
const log = recordingLogger();
let database: TestDynamoDb;
let adfs: TestSamlProvider;
let signin: ReturnType<typeof create>;

const configure = (changes: Partial<SamlProvider>) => {
  adfs = testSamlProvider('http://127.0.0.1:3000', () => new Date(clock.now()), changes);
  const config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint } },
    identityProviders: [adfs.provider],
  });
  signin = create(config, { clock, chance: systemChance, logger: log.logger });
};

beforeAll(async () => {
  setFunctionEnvironment({
    SAML_SIGNING_KEY: pemOf(signing),
    SAML_DECRYPTION_KEY: pemOf(decryption),
    SAML_BROKEN_KEY: 'canary: no PEM at all',
  });
  database = await startDynamoDb();
});
afterAll(() => database.close());
beforeEach(() => {
  configure({ signingKey: 'env:SAML_SIGNING_KEY', decryptionKey: 'env:SAML_DECRYPTION_KEY' });
});

const begin = () => signin(httpEvent({ path: '/login' }));
const queryOf = (location: string): string => location.slice(location.indexOf('?') + 1);

describe('a signed request', () => {
  test('is signed over the octets of its query', async () => {
    const location = headerOf(await begin(), 'location');
    expect([...new URL(location).searchParams.keys()]).toEqual(['SAMLRequest', 'SigAlg', 'Signature']);
    expect(isSignedQuery(queryOf(location), signing.certificate)).toBe(true);
    expect(isSignedQuery(queryOf(location), decryption.certificate)).toBe(false);
    expect(isSignedQuery(queryOf(location).replace('SAMLRequest=', 'SAMLRequest=A'), signing.certificate)).toBe(false);
  });

  test('goes to an endpoint that has a query of its own', async () => {
    configure({ signingKey: 'env:SAML_SIGNING_KEY', ssoUrl: 'https://adfs.example.com/ls?tenant=a%20b' });
    const location = headerOf(await begin(), 'location');
    expect(location).toMatch(/^https:\/\/adfs\.example\.com\/ls\?tenant=a%20b&SAMLRequest=/);
    expect(isSignedQuery(queryOf(location), signing.certificate)).toBe(true);
  });

  test('is not sent when the key cannot be used, and nobody learns why', async () => {
    configure({ signingKey: 'env:SAML_BROKEN_KEY' });
    const answer = await begin();
    expect([answer.statusCode, codeIn(answer)]).toEqual([500, 'internal']);
    expect(`${answer.body ?? ''}${log.text()}`).not.toContain('canary');
  });
});

describe('an encrypted assertion', () => {
  const throughProvider = async (encryptFor: string) => {
    const begun = await begin();
    const response = adfs.respond(headerOf(begun, 'location'), { encryptFor });
    const form = { SAMLResponse: response };
    const posted = await signin(httpEvent({ method: 'POST', path: '/saml/acs', form }));
    const path = headerOf(posted, 'location');
    return path === '' ? posted : signin(httpEvent({ path, cookies: cookiesOf(begun) }));
  };

  test('for our key signs in', async () => {
    const finished = await throughProvider(decryption.certificate);
    expect([finished.statusCode, headerOf(finished, 'location')]).toEqual([303, '/']);
    const me = await signin(httpEvent({ path: '/v1/me', cookies: cookiesOf(finished) }));
    expect(me.body).toContain('erin@example.com');
  });

  test('for another key, or where we have none, signs nobody in', async () => {
    expect(codeIn(await throughProvider(signing.certificate))).toBe('invalid_token');
    configure({});
    expect(codeIn(await throughProvider(decryption.certificate))).toBe('invalid_token');
  });
});

describe('our metadata', () => {
  const certificatesIn = async (): Promise<{ signed: string | null; keys: string[][] }> => {
    const { body = '' } = await signin(httpEvent({ path: '/saml/metadata' }));
    const { documentElement: root } = new DOMParser().parseFromString(body, 'text/xml');
    const [role] = Array.from(root.getElementsByTagName('md:SPSSODescriptor'));
    const keys = Array.from(root.getElementsByTagName('md:KeyDescriptor'));
    return {
      signed: role?.getAttribute('AuthnRequestsSigned') ?? null,
      keys: keys.map((key) => [key.getAttribute('use') ?? '', key.textContent]),
    };
  };

  test('has the certificates of both keys, and says that requests are signed', async () => {
    await expect(certificatesIn()).resolves.toEqual({
      signed: 'true',
      keys: [
        ['signing', signing.certificate],
        ['encryption', decryption.certificate],
      ],
    });
  });

  test('has none where there are no keys', async () => {
    configure({});
    await expect(certificatesIn()).resolves.toEqual({ signed: 'false', keys: [] });
  });
});
