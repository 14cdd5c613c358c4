import { describe, expect, test } from '@jest/globals';
import { AccessFileError } from '../../../lib/config/access-fault.ts';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { certifiedKey } from '../../support/certificate.ts';

const BASE = `version: 1
identityProviders:
  - { id: adfs, type: saml, metadata: ./idp/adfs.xml, groupsAttribute: groups }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
entitlements:
  read:
    role: { account: prod, name: ReadOnly }
    requesters: { groups: [engineering] }
    approval: auto
    maxDuration: 1h
`;

const [key, next, weak] = [certifiedKey(), certifiedKey(), certifiedKey('rsa-1024')];

const keyDescriptor = (certificate: string, use = ' use="signing"'): string =>
  `<KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n${certificate}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`;

const METADATA = `<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://adfs.example.com/trust">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol">
${keyDescriptor(key.certificate)}
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://adfs.example.com/post"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://adfs.example.com/ls"/>
</IDPSSODescriptor></EntityDescriptor>
`;

const providersOf = (metadata: string, access = BASE) =>
  parseAccess(access, {
    baseDir: '/access',
    readFile: (path) => {
      if (path !== '/access/idp/adfs.xml') throw new Error('no such file');
      return metadata;
    },
  }).identityProviders;

const faultsOf = (metadata: string, access = BASE): readonly string[] => {
  try {
    providersOf(metadata, access);
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    return error.faults.map(({ file, line, column, path, code }) => `${file}:${line}:${column} ${path} ${code}`);
  }
  throw new Error('it was accepted');
};

const edited = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`there is no ${from}`);
  return text.replaceAll(from, () => to);
};

describe('a SAML provider', () => {
  test('is what its metadata says, with the safe defaults', () => {
    expect(providersOf(METADATA)).toEqual([
      {
        id: 'adfs',
        type: 'saml',
        issuer: 'https://adfs.example.com/trust',
        ssoUrl: 'https://adfs.example.com/ls',
        certificates: [key.certificate],
        groupsAttribute: 'groups',
        mfaContexts: ['https://refeds.org/profile/mfa', 'http://schemas.microsoft.com/claims/multipleauthn'],
        idpInitiated: false,
        tokenExchange: false,
      },
    ]);
  });

  test('that changes its key has both, and none that only encrypts', () => {
    const keys = `${keyDescriptor(key.certificate)}${keyDescriptor(next.certificate, '')}${keyDescriptor(weak.certificate, ' use="encryption"')}`;
    expect(providersOf(edited(METADATA, keyDescriptor(key.certificate), keys))).toMatchObject([
      { certificates: [key.certificate, next.certificate] },
    ]);
  });

  test('may say more', () => {
    const more = 'groupsAttribute: g, emailAttribute: mail, nameAttribute: cn, mfaContexts: [a], idpInitiated: true }';
    expect(providersOf(METADATA, edited(BASE, 'groupsAttribute: groups }', more))).toMatchObject([
      { groupsAttribute: 'g', emailAttribute: 'mail', nameAttribute: 'cn', mfaContexts: ['a'], idpInitiated: true },
    ]);
  });

  test('may have keys of ours, by reference', () => {
    const keys = 'groups, signingKey: ssm:/hatcheck/saml-signing, decryptionKey: env:SAML_DECRYPTION }';
    expect(providersOf(METADATA, edited(BASE, 'groups }', keys))).toMatchObject([
      { signingKey: 'ssm:/hatcheck/saml-signing', decryptionKey: 'env:SAML_DECRYPTION' },
    ]);
    // In parts, so that whoever looks for committed keys finds none.
    const marker = ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ');
    const literal = edited(BASE, 'groups }', `groups, signingKey: '${marker}' }`);
    expect(faultsOf(METADATA, literal)).toEqual([
      expect.stringMatching(/identityProviders\[0\]\.signingKey literal_secret$/),
    ]);
  });

  test.each(['true', '1'])('that wants signed requests (%s) must be given them', (wants) => {
    const wanting = edited(METADATA, '<IDPSSODescriptor', `<IDPSSODescriptor WantAuthnRequestsSigned="${wants}"`);
    expect(faultsOf(wanting)).toEqual([expect.stringMatching(/identityProviders\[0\]\.signingKey required$/)]);
    const signing = edited(BASE, 'groups }', 'groups, signingKey: env:KEY }');
    expect(providersOf(wanting, signing)).toMatchObject([{ signingKey: 'env:KEY' }]);
    expect(providersOf(edited(wanting, `"${wants}"`, '"false"'))).toHaveLength(1);
  });

  describe('that publishes its metadata', () => {
    const published = (metadata: string, more = ', entityId: https://adfs.example.com/trust'): string =>
      edited(BASE, 'metadata: ./idp/adfs.xml', `metadata: '${metadata}'${more}`);

    test('is known by its name and that address; nothing is fetched here', () => {
      const [provider] = providersOf('', published('https://adfs.example.com/metadata'));
      expect(provider).toMatchObject({
        ...{ issuer: 'https://adfs.example.com/trust', metadataUrl: 'https://adfs.example.com/metadata' },
      });
      expect(provider).not.toHaveProperty('certificates');
    });

    test.each([
      ['without TLS', published('http://adfs.example.com/metadata'), ['metadata invalid_address']],
      ['with a password', published('https://a:b@adfs.example.com/'), ['metadata invalid_address']],
      ['with a fragment', published('https://adfs.example.com/#a'), ['metadata invalid_address']],
      ['by another protocol', published('ftp://adfs.example.com/'), ['metadata invalid_address']],
      ['without its name', published('https://adfs.example.com/metadata', ''), ['entityId required']],
      ['without either', published('http://a.example', ''), ['metadata invalid_address', 'entityId required']],
    ])('%s is refused', (_what, access, faults) => {
      const found = faultsOf('', access).map((fault) => fault.replace(/^.*identityProviders\[0\]\./, ''));
      expect(found.toSorted()).toEqual(faults.toSorted());
    });
  });

  test('whose file is of another entity than access.yml says is refused', () => {
    const named = (entityId: string) => edited(BASE, 'groups }', `groups, entityId: '${entityId}' }`);
    expect(providersOf(METADATA, named('https://adfs.example.com/trust'))).toHaveLength(1);
    expect(faultsOf(METADATA, named('https://adfs.example.com/other'))).toEqual([
      expect.stringMatching(/identityProviders\[0\]\.entityId another_entity$/),
    ]);
  });

  const at = 'access.yml:3:29 identityProviders[0].metadata';
  test.each<[string, string, string]>([
    ['is not XML', 'a text', 'invalid_metadata'],
    ['is not closed', edited(METADATA, '</EntityDescriptor>', ''), 'invalid_metadata'],
    ['has a DOCTYPE', edited(METADATA, '<EntityD', '<!DOCTYPE x>\n<EntityD'), 'invalid_metadata'],
    ['is too long', METADATA.padEnd(300_000), 'invalid_metadata'],
    ['is of a federation', edited(METADATA, 'EntityDescriptor', 'EntitiesDescriptor'), 'invalid_metadata'],
    ['has another namespace', edited(METADATA, 'SAML:2.0:metadata', 'SAML:2.0:other'), 'invalid_metadata'],
    ['has no entityID', edited(METADATA, 'entityID=', 'other='), 'invalid_metadata'],
    ['is of a service provider', edited(METADATA, 'IDPSSODescriptor', 'SPSSODescriptor'), 'invalid_metadata'],
    ['is of SAML 1.1 only', edited(METADATA, ' urn:oasis:names:tc:SAML:2.0:protocol', ''), 'invalid_metadata'],
    ['has no HTTP-Redirect', edited(METADATA, 'HTTP-Redirect', 'HTTP-Artifact'), 'invalid_metadata'],
    ['is reached without TLS', edited(METADATA, 'https://adfs.example.com/ls', 'http://a.example'), 'invalid_metadata'],
    ['only encrypts', edited(METADATA, 'use="signing"', 'use="encryption"'), 'invalid_metadata'],
    ['has a certificate that is none', edited(METADATA, key.certificate, 'AAAA'), 'weak_certificate'],
    ['has a key of 1024 bits', edited(METADATA, key.certificate, weak.certificate), 'weak_certificate'],
  ])('whose metadata %s is refused', (_what, metadata, code) => {
    expect(faultsOf(metadata)).toEqual([`${at} ${code}`]);
  });

  test.each<[string, string, string]>([
    ['that is not there', edited(BASE, './idp/adfs.xml', './idp/other.xml'), `${at} no_such_file`],
    ['that is outside', edited(BASE, './idp/adfs.xml', '../adfs.xml'), `${at} outside`],
    [
      'that is not named',
      edited(BASE, ' metadata: ./idp/adfs.xml,', ''),
      'access.yml:3:5 identityProviders[0].metadata required',
    ],
    [
      'and no word of its groups',
      edited(BASE, ', groupsAttribute: groups', ''),
      'access.yml:3:5 identityProviders[0].groupsAttribute required',
    ],
    [
      'and a word of OpenID',
      edited(BASE, 'groups }', 'groups, clientId: a }'),
      'access.yml:3:80 identityProviders[0].clientId unknown_key',
    ],
  ])('with a file %s is refused', (_what, access, fault) => {
    expect(faultsOf(METADATA, access)).toEqual([fault]);
  });

  test('that is there twice is refused by its entityID', () => {
    const second = '  - { id: other, type: saml, metadata: ./idp/adfs.xml, groupsAttribute: groups }\naccounts:';
    const access = edited(edited(BASE, 'accounts:', second), '[engineering]', '[adfs:engineering]');
    expect(faultsOf(METADATA, access)).toEqual(['access.yml:4:30 identityProviders[1].metadata duplicate']);
  });
});
