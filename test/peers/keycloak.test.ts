import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSamlMetadata } from '../../lib/config/saml-provider-metadata.ts';
import type { OidcProvider, SamlProvider } from '../../lib/identity/ports.ts';
import { type Keycloak, missingForKeycloak, startKeycloak } from './keycloak.ts';
import { openPerson } from './person.ts';
import { type SigninServer, startSigninServer } from './signin-server.ts';
import { sayMissing } from './skipped.ts';

const missing = missingForKeycloak();
sayMissing('Keycloak', missing);

const person = { username: 'erin', password: randomBytes(12).toString('hex') };
const clientSecret = randomBytes(24).toString('hex');

(missing === undefined ? describe : describe.skip)('Keycloak as the identity provider', () => {
  let broker: SigninServer;
  let idp: Keycloak;

  beforeAll(async () => {
    process.env['PEERS_OIDC_SECRET'] = clientSecret;
    broker = await startSigninServer();
    idp = await startKeycloak({ origin: broker.origin, clientSecret, person });
    const pinned = readSamlMetadata(await idp.samlMetadata());
    if ('code' in pinned) throw new Error(`its metadata is refused: ${pinned.code} ${pinned.message}`);
    broker.trust(byOidc(idp.issuer), bySaml(pinned));
  }, 480_000);
  afterAll(async () => {
    await idp.close();
    await broker.close();
  });

  const signIn = async (provider: string, password = person.password) => {
    const browser = openPerson({ ...person, password });
    await browser.visit(`${broker.origin}/login?provider=${provider}&returnTo=/v1/me`);
    return browser.visit(`${broker.origin}/v1/me`);
  };

  test.each([
    ['OpenID Connect', 'keycloak-oidc', 'Erin Engineer'],
    ['SAML', 'keycloak-saml', 'Erin'],
  ])('signs somebody in who is who it says, by %s', async (_protocol, provider, displayName) => {
    const me = await signIn(provider);
    expect([me.status, broker.log.text()]).toEqual([200, expect.not.stringContaining('assertion refused')]);
    expect(JSON.parse(me.body)).toMatchObject({
      principal: {
        ...{ issuer: idp.issuer, kind: 'person', displayName, email: 'erin@example.com' },
        groups: expect.arrayContaining([`${provider}:engineering`, `${provider}:sre`]) as unknown,
      },
    });
  });

  test.each(['keycloak-oidc', 'keycloak-saml'])('%s signs nobody in with another password', async (provider) => {
    expect((await signIn(provider, 'another')).status).toBe(401);
  });
});

const byOidc = (issuer: string): OidcProvider => ({
  ...{ id: 'keycloak-oidc', type: 'oidc', issuer, clientId: 'hatcheck', clientSecret: 'env:PEERS_OIDC_SECRET' },
  ...{ groupsClaim: 'groups', tokenExchangeAudiences: [], algorithms: ['RS256'] },
});

const bySaml = (pinned: { entityId: string; ssoUrl: string; certificates: readonly string[] }): SamlProvider => ({
  ...{ id: 'keycloak-saml', type: 'saml', issuer: pinned.entityId, ssoUrl: pinned.ssoUrl },
  ...{
    certificates: pinned.certificates,
    groupsAttribute: 'groups',
    emailAttribute: 'email',
    nameAttribute: 'firstName',
  },
  ...{ mfaContexts: [], idpInitiated: false, tokenExchange: false },
});
