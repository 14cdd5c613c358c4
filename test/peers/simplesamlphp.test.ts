import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSamlMetadata } from '../../lib/config/saml-provider-metadata.ts';
import type { SamlProvider } from '../../lib/identity/ports.ts';
import { certifiedKey, pemOf } from '../support/certificate.ts';
import { openPerson } from './person.ts';
import { type SigninServer, startSigninServer } from './signin-server.ts';
import { type SimpleSaml, missingForSimpleSaml, startSimpleSaml } from './simplesamlphp.ts';
import { sayMissing } from './skipped.ts';

const missing = missingForSimpleSaml();
const person = { username: 'erin', password: randomBytes(12).toString('hex') };

sayMissing('SimpleSAMLphp', missing);

(missing === undefined ? describe : describe.skip)('SimpleSAMLphp as the identity provider', () => {
  let broker: SigninServer;
  let idp: SimpleSaml;

  beforeAll(async () => {
    process.env['PEERS_SAML_KEY'] = pemOf(certifiedKey());
    broker = await startSigninServer();
    // Anybody, until it is asked for its own metadata.
    broker.trust(
      provider({ entityId: 'https://idp.example.com', ssoUrl: 'https://idp.example.com', certificates: [] }),
    );
    const metadata = await (await fetch(`${broker.origin}/saml/metadata`)).text();
    idp = await startSimpleSaml({ metadata, person });
    const pinned = readSamlMetadata(await idp.metadata());
    if ('code' in pinned) throw new Error(`its metadata is refused: ${pinned.code} ${pinned.message}`);
    broker.trust(provider(pinned));
  });
  afterAll(async () => {
    await idp.close();
    await broker.close();
  });

  const signIn = async (password = person.password) => {
    const browser = openPerson({ ...person, password });
    await browser.visit(`${broker.origin}/login?provider=simplesamlphp&returnTo=/v1/me`);
    return browser.visit(`${broker.origin}/v1/me`);
  };

  test.each([
    ['the assertion', { 'saml20.sign.response': false, 'saml20.sign.assertion': true }],
    ['the response', { 'saml20.sign.response': true, 'saml20.sign.assertion': false }],
    ['both', { 'saml20.sign.response': true, 'saml20.sign.assertion': true }],
  ])('signs somebody in who is who it says, signing %s', async (_what, options) => {
    await idp.behave(options);
    const me = await signIn();
    expect([me.status, broker.log.lines().filter(({ level }) => level === 'ERROR')]).toEqual([200, []]);
    expect(JSON.parse(me.body)).toMatchObject({
      principal: {
        ...{ subject: 'subject-of-erin', kind: 'person', displayName: 'Erin Engineer', email: 'erin@example.com' },
        ...{ groups: ['simplesamlphp:engineering', 'simplesamlphp:sre'], methods: ['pwd'] },
      },
    });
  });

  // This version encrypts with AES-CBC for everybody with an RSA key: whoever may ask for errors can read that.
  test('signs nobody in by an assertion that it encrypts', async () => {
    await idp.behave({ 'assertion.encryption': true });
    expect((await signIn()).status).toBe(401);
    expect(broker.log.text()).toContain('assertion refused: decryption');
  });

  test('signs nobody in with another password', async () => {
    expect((await signIn('another')).status).toBe(401);
  });

  test('signs nobody in with a key that is not in its metadata', async () => {
    await idp.behave({ privatekey: 'stranger.pem', certificate: 'stranger.crt' });
    expect((await signIn()).status).toBe(401);
  });
});

const provider = (pinned: { entityId: string; ssoUrl: string; certificates: readonly string[] }): SamlProvider => ({
  ...{ id: 'simplesamlphp', type: 'saml', issuer: pinned.entityId, ssoUrl: pinned.ssoUrl },
  ...{
    certificates: pinned.certificates,
    groupsAttribute: 'groups',
    emailAttribute: 'mail',
    nameAttribute: 'displayName',
  },
  ...{ mfaContexts: [], idpInitiated: false, tokenExchange: false },
  decryptionKey: 'env:PEERS_SAML_KEY',
});
