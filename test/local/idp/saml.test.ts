import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSamlMetadata } from '../../../lib/config/saml-provider-metadata.ts';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import { type VerifiedSaml, verifySamlResponse } from '../../../lib/identity/saml/verify-response.ts';
import { readAssertion } from '../../../lib/identity/saml/verify-assertion.ts';
import { formIn } from '../../../local/browser.ts';
import { type LocalSaml, startSaml } from '../../../local/idp/saml.ts';
import { redirectTo } from '../../../lib/identity/saml-redirect.ts';
import type { SamlKey } from '../../../local/idp/saml-response.ts';
import { certifiedKey } from '../../support/certificate.ts';

const SP = 'https://hatcheck.example.com/saml/metadata';
const ACS = 'https://hatcheck.example.com/saml/acs';
const TOKEN = 'https://hatcheck.example.com/oauth/token';
const MFA = 'https://refeds.org/profile/mfa';
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';

const key = certifiedKey();
let saml: LocalSaml;
let now = new Date();

beforeAll(async () => {
  saml = await startSaml({
    port: 0,
    serviceProvider: { entityId: SP, acsUrl: ACS, tokenUrl: TOKEN },
    key,
    clock: () => now,
  });
});
afterAll(() => saml.close());

interface Asks {
  readonly issuer?: string;
  readonly acs?: string;
  readonly destination?: string;
  readonly hint?: string;
  readonly force?: boolean;
  readonly contexts?: readonly string[];
  readonly prefix?: string;
}

const requestXml = ({ hint, contexts, ...asks }: Asks): string =>
  `${asks.prefix ?? ''}<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q" Version="2.0" IssueInstant="${now.toISOString()}" Destination="${asks.destination ?? saml.ssoUrl}" AssertionConsumerServiceURL="${asks.acs ?? ACS}"${asks.force ? ' ForceAuthn="true"' : ''}><saml:Issuer>${asks.issuer ?? SP}</saml:Issuer>${
    hint === undefined ? '' : `<saml:Subject><saml:NameID>${hint}</saml:NameID></saml:Subject>`
  }${
    contexts
      ? `<samlp:RequestedAuthnContext>${contexts.map((each) => `<saml:AuthnContextClassRef>${each}</saml:AuthnContextClassRef>`).join('')}</samlp:RequestedAuthnContext>`
      : ''
  }</samlp:AuthnRequest>`;

const packed = (xml: string): string => deflateRawSync(xml).toString('base64');

const ask = (asks: Asks, { cookie = '', more = '' } = {}): Promise<Response> =>
  fetch(`${saml.ssoUrl}?SAMLRequest=${encodeURIComponent(packed(requestXml(asks)))}${more}`, { headers: { cookie } });

/** What the service provider makes of a page that posts itself. */
const believed = async (page: Response): Promise<VerifiedSaml | string> => {
  const form = formIn(await page.text());
  expect(form?.action).toBe(ACS);
  try {
    return verifySamlResponse(form?.fields['SAMLResponse'] ?? '', {
      idp: { entityId: saml.entityId, certificates: [key.certificate], ssoUrl: saml.ssoUrl },
      ...{ spEntityId: SP, recipient: ACS, now: now.toISOString(), inResponseTo: '_q' },
    });
  } catch (error) {
    if (error instanceof AssertionRefused) return error.fault;
    throw error;
  }
};

const engineer = { hint: 'engineer@example.com' };

describe('a person at the local SAML identity provider', () => {
  test('who is named in the request signs in at once, and the response holds who they are', async () => {
    const verified = await believed(await ask(engineer));
    expect(verified).toMatchObject({
      issuer: saml.entityId,
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      authnContext: PASSWORD,
      authnInstant: now.toISOString(),
    });
    expect(Object.fromEntries((verified as VerifiedSaml).attributes)).toEqual({
      ...{ groups: ['engineering', 'sre'], email: ['engineer@example.com'], name: ['Erin Engineer'] },
    });
  });

  test('without groups has none', async () => {
    const { attributes } = (await believed(await ask({ hint: 'outsider@example.com' }))) as VerifiedSaml;
    expect(attributes.has('groups')).toBe(false);
  });

  test('who is named by nobody, or by a name that is none, chooses', async () => {
    for (const asks of [{}, { hint: 'nobody@example.com' }]) {
      const page = await (await ask(asks)).text();
      expect(page).toContain('value="approver@example.com"');
      expect(page).not.toContain('repo:example/app');
    }
  });

  const choosing = async (account: string, headers: Record<string, string> = {}): Promise<Response> => {
    const page = await (await ask({})).text();
    const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
    return fetch(saml.ssoUrl, { method: 'POST', headers, body: new URLSearchParams({ request, account }) });
  };

  test('who chose signs in; who cancelled does not', async () => {
    await expect(believed(await choosing('security@example.com'))).resolves.toHaveProperty('authnContext', PASSWORD);
    await expect(believed(await choosing(''))).resolves.toBe('status');
  });

  test('attack: a page of another site cannot choose', async () => {
    expect((await choosing('security@example.com', { 'sec-fetch-site': 'cross-site' })).status).toBe(400);
  });

  test('is not asked again while the session lasts, except with ForceAuthn, for more factors, or for somebody else', async () => {
    const first = await ask(engineer);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const before = now.toISOString();
    now = new Date(now.getTime() + 60_000);
    const instantOf = async (asks: Asks, at = cookie) =>
      ((await believed(await ask(asks, { cookie: at }))) as VerifiedSaml).authnInstant;
    await expect(instantOf(engineer)).resolves.toBe(before);
    for (const asks of [
      { ...engineer, force: true },
      { ...engineer, contexts: [MFA] },
      { hint: 'auditor@example.com' },
    ])
      await expect(instantOf(asks)).resolves.toBe(now.toISOString());
    await fetch(`${new URL(saml.ssoUrl).origin}/logout`, { headers: { cookie } });
    await expect(instantOf(engineer)).resolves.toBe(now.toISOString());
  });

  test('is said to have used what was asked for, or nothing is said', async () => {
    const contextOf = async (contexts: readonly string[]) => {
      const verified = await believed(await ask({ ...engineer, contexts }));
      return typeof verified === 'string' ? verified : verified.authnContext;
    };
    await expect(contextOf([MFA])).resolves.toBe(MFA);
    await expect(contextOf([PASSWORD])).resolves.toBe(PASSWORD);
    await expect(contextOf(['urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard'])).resolves.toBe('status');
  });

  test('goes back with the RelayState that came', async () => {
    const page = await (await ask(engineer, { more: '&RelayState=a%22b' })).text();
    expect(formIn(page)?.fields['RelayState']).toBe('a"b');
    expect((await ask(engineer, { more: `&RelayState=${'a'.repeat(81)}` })).status).toBe(400);
  });
});

describe('a request', () => {
  test.each<[string, Asks]>([
    ['of another service', { issuer: 'https://evil.example.com' }],
    ['to be answered elsewhere', { acs: 'https://evil.example.com/acs' }],
    ['for another provider', { destination: 'https://other.example.com/sso' }],
    ['with a DOCTYPE', { prefix: '<!DOCTYPE r>' }],
  ])('%s is refused', async (_what, asks) => {
    const answer = await ask({ ...engineer, ...asks });
    expect(answer.status).toBe(400);
    expect(formIn(await answer.text())).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['no DEFLATE', 'YWJj'],
    ['no XML', packed('abc')],
    ['another document', packed('<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>')],
    ['a bomb', packed('a'.repeat(5_000_000))],
    ['far too much', 'A'.repeat(8193)],
  ])('that is %s is refused', async (_what, value) => {
    const answer = await fetch(`${saml.ssoUrl}?SAMLRequest=${encodeURIComponent(value)}`);
    expect(answer.status).toBe(400);
  });
});

describe('assertions for scripts', () => {
  const get = (account: string, base = saml.entityId) => fetch(new URL(`/assertion?account=${account}`, base));

  test('are for the token endpoint, signed themselves', async () => {
    const answer = await get('engineer@example.com');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const assertion = await readAssertion(await answer.text(), () => Promise.resolve([]));
    const verified = assertion.verified({
      idp: { entityId: saml.entityId, certificates: [key.certificate], ssoUrl: saml.ssoUrl },
      ...{ spEntityId: SP, recipient: TOKEN, now: now.toISOString() },
    });
    expect(verified.attributes.get('groups')).toEqual(['engineering', 'sre']);
  });

  test('an unknown account gets none', async () => {
    expect((await get('nobody')).status).toBe(404);
  });

  test('attack: DNS rebinding, another host name for the same address', async () => {
    const answer = await get('engineer@example.com', saml.entityId.replace('127.0.0.1', 'localhost'));
    expect([answer.status, await answer.text()]).toEqual([403, '']);
  });
});

test('its metadata can be pinned', async () => {
  const answer = await fetch(saml.entityId);
  expect(answer.headers.get('content-type')).toBe('application/samlmetadata+xml');
  expect(readSamlMetadata(await answer.text())).toEqual({
    entityId: saml.entityId,
    ssoUrl: saml.ssoUrl,
    certificates: [key.certificate],
    wantsSignedRequests: false,
  });
});

describe('where it knows the service’s certificate', () => {
  const [signing, other] = [certifiedKey(), certifiedKey()];
  const serviceProvider = { entityId: SP, acsUrl: ACS, tokenUrl: TOKEN, signingCertificate: signing.certificate };
  let strict: LocalSaml;
  beforeAll(async () => {
    strict = await startSaml({ port: 0, serviceProvider, key });
  });
  afterAll(() => strict.close());

  const location = (signer: SamlKey | undefined): string =>
    redirectTo(strict.ssoUrl, requestXml({ ...engineer, destination: strict.ssoUrl }), signer);
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

  test('its metadata asks for signed requests', () => {
    expect(readSamlMetadata(strict.metadata)).toMatchObject({ wantsSignedRequests: true });
  });

  test('a signed request is answered', async () => {
    const page = await (await fetch(location(signing))).text();
    expect(formIn(page)?.action).toBe(ACS);
  });

  test.each<[string, () => string]>([
    ['unsigned', () => location(undefined)],
    ['signed by somebody else', () => location(other)],
    ['with a RelayState that was not signed', () => `${location(signing)}&RelayState=a`],
    ['with a second SAMLRequest', () => `${location(signing)}&SAMLRequest=a`],
    [
      'with SHA-1 said to be used',
      () =>
        location(signing).replace(/SigAlg=[^&]+/, 'SigAlg=http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1'),
    ],
  ])('attack: a request %s is refused', async (_what, url) => {
    await expect(statusOf(url())).resolves.toBe(400);
  });
});
