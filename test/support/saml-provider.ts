import { inflateRawSync } from 'node:zlib';
import { type SamlStatement, samlResponse } from '../../local/idp/saml-response.ts';
import type { SamlProvider } from '../../lib/identity/ports.ts';
import { certifiedKey } from './certificate.ts';

export const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';
export const REFEDS_MFA = 'https://refeds.org/profile/mfa';

export interface TestSamlProvider {
  readonly provider: SamlProvider;
  /** The AuthnRequest that a browser was sent away with. */
  request(location: string): { readonly id: string; readonly xml: string };
  /** What a person's browser posts back after `location`; `changes` over the honest statement. */
  respond(location: string | undefined, changes?: Partial<SamlStatement>): string;
}

/** A SAML identity provider without a server: it answers what it is asked. */
export const testSamlProvider = (
  origin: string,
  now: () => Date,
  changes: Partial<SamlProvider> = {},
): TestSamlProvider => {
  const key = certifiedKey();
  const provider: SamlProvider = {
    ...{ id: 'adfs', type: 'saml', issuer: 'https://adfs.example.com/trust', ssoUrl: 'https://adfs.example.com/ls' },
    ...{ certificates: [key.certificate], groupsAttribute: 'groups', emailAttribute: 'email', nameAttribute: 'name' },
    ...{ mfaContexts: [REFEDS_MFA], idpInitiated: false, tokenExchange: false },
    ...changes,
  };
  const request: TestSamlProvider['request'] = (location) => {
    const deflated = new URL(location).searchParams.get('SAMLRequest') ?? '';
    const xml = inflateRawSync(Buffer.from(deflated, 'base64')).toString();
    return { id: / ID="([^"]+)"/.exec(xml)?.[1] ?? '', xml };
  };
  return {
    provider,
    request,
    respond: (location, statement = {}) =>
      samlResponse(
        {
          issuer: provider.issuer,
          audience: `${origin}/saml/metadata`,
          recipient: `${origin}/saml/acs`,
          ...(location !== undefined && { inResponseTo: request(location).id }),
          nameId: 'subject-of-erin',
          nameIdFormat: PERSISTENT,
          attributes: { groups: ['engineering', 'sre'], email: ['erin@example.com'], name: ['Erin Engineer'] },
          authnInstant: now(),
          authnContext: PASSWORD,
          now: now(),
          ...statement,
        },
        key,
      ),
  };
};
