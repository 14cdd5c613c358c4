import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { type SamlExpectation, sha1InTestsOnly } from '../../../lib/identity/saml/verify-response.ts';
import { encode } from '../../support/saml-generator.ts';
import { outcomeOf } from './believing.ts';

const root = process.env['HATCHECK_VECTORS'] ?? '../shared/vectors';
const maybe = existsSync(join(root, 'crewjam-saml')) ? describe : describe.skip;

const read = (folder: string, file: string): string => readFileSync(join(root, folder, file), 'utf8');

const manifest = z.object({
  cases: z.array(z.object({ file: z.string(), expect: z.enum(['accept', 'reject']) })),
});
const casesOf = (folder: string) => manifest.parse(JSON.parse(read(folder, 'manifest.json'))).cases;

/** The fixtures are signed with RSA-SHA1; refused for that alone they would prove nothing. */
const weakly = { allowSha1ForTests: sha1InTestsOnly } as const;

const BEFORE = ['structure', 'forbidden_construct'];

const idpOf = (metadata: string) => {
  const certificate = /X509Certificate>([^<]+)</.exec(metadata)?.[1] ?? '';
  const entityId = /entityID="([^"]+)"/.exec(metadata)?.[1] ?? '';
  return { entityId, certificates: [certificate], ssoUrl: 'https://idp.example.com' };
};

maybe('crewjam/saml', () => {
  const file = (name: string): string => read('crewjam-saml', name);

  const strictly = (): Partial<SamlExpectation> => ({
    idp: idpOf(file('TestSPCanHandleOneloginResponse_IDPMetadata')),
    now: '2016-01-05T17:53:12.000Z',
    recipient: 'https://29ee6d2e.ngrok.io/saml/acs',
    spEntityId: 'https://29ee6d2e.ngrok.io/saml/metadata',
    inResponseTo: 'id-d40c15c104b52691eccf0a2a5c8a15595be75423',
  });

  const oneLogin = (): Partial<SamlExpectation> => ({ ...strictly(), ...weakly });

  const google = (): Partial<SamlExpectation> => ({
    ...oneLogin(),
    idp: idpOf(file('TestSPRejectsInjectedComment_IDPMetadata')),
    now: '2016-01-05T16:55:39.000Z',
    inResponseTo: 'id-fd419a5ab0472645427f8e07d87a3a5dd0b2e9a6',
  });

  const older = (): Partial<SamlExpectation> => ({
    ...weakly,
    idp: idpOf(file('TestServiceProviderCanHandleSignedAssertionsResponse_IDPMetadata')),
    now: '2016-01-05T17:53:12.000Z',
    recipient: 'http://sp.example.com/demo1/index.php?acs',
    spEntityId: 'http://sp.example.com/demo1/metadata.php',
    inResponseTo: 'ONELOGIN_4fee3b046395c4e751011e97f8900b5273d56685',
  });

  test('control: the real response that XSW 1 and 2 are made of is accepted, and only by the switch for SHA-1', () => {
    const response = file('TestSPCanHandleOneloginResponse_response');
    expect(outcomeOf(response, oneLogin())).toBe('accepted ross@kndr.org');
    expect(outcomeOf(response, strictly())).toBe('signature_shape');
  });

  test('control: the signed assertion that XSW 3 to 9 are made of', () => {
    expect(outcomeOf(file('TestServiceProviderCanHandleSignedAssertionsResponse_response'), older())).toBe(
      'accepted _ce3d2948b4cf20146dee0a0b3dd6f69b6cf86f62d7',
    );
  });

  test('every permutation of wrapping is refused before any cryptography', () => {
    const permutations = casesOf('crewjam-saml').filter((each) => each.expect === 'reject');
    expect(permutations).toHaveLength(9);
    for (const { file: name } of permutations)
      for (const expected of [oneLogin(), older()])
        expect([name, BEFORE.includes(outcomeOf(file(name), expected))]).toEqual([name, true]);
  });

  test('an injected comment is refused, and the response without it accepted', () => {
    const base64 = file('TestSPRejectsInjectedComment_response');
    const xml = Buffer.from(base64, 'base64').toString();
    expect(outcomeOf(base64, google())).toBe('accepted ross@octolabs.io');
    for (const by of ['ross@<!-- and a comment -->octolabs.io', 'ross@octolabs.io<!-- and a comment -->.example.com'])
      expect(outcomeOf(encode(xml.replace('ross@octolabs.io', by)), google())).toBe('forbidden_construct');
  });
});

maybe('node-saml', () => {
  const expected = (): Partial<SamlExpectation> => ({
    ...weakly,
    idp: {
      entityId: 'https://evil-corp.com',
      certificates: [read('node-saml', 'cert.pem')],
      ssoUrl: 'https://idp.example.com',
    },
    now: '2020-09-25T16:59:00.000Z',
    recipient: 'https://evil-corp.madness.com/sso/callback',
    inResponseTo: '_e8df3fe5f04237d25670',
  });

  const outcomes = (verdict: 'accept' | 'reject') =>
    casesOf('node-saml')
      .filter((each) => each.expect === verdict)
      .map(({ file }) => ({ file, outcome: outcomeOf(encode(read('node-saml', file)), expected()) }));

  /** None of them names an audience: that this is the fault says that the signature, and all that is checked before, was good. */
  test('every valid signature is good, but for what we never read: Advice, and assertions encrypted with CBC', () => {
    const others = outcomes('accept').filter(({ outcome }) => outcome !== 'audience');
    expect(outcomes('accept')).toHaveLength(16);
    expect(others.filter(({ file }) => !/advice|encrypted/.test(file))).toStrictEqual([]);
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['structure', 'decryption']));
  });

  test('no invalid one gets past the signature', () => {
    const refused = [
      'structure',
      'unsigned',
      'signature',
      'signature_shape',
      'malformed',
      'decryption',
      'forbidden_construct',
    ];
    expect(outcomes('reject')).toHaveLength(20);
    expect(outcomes('reject').filter(({ outcome }) => !refused.includes(outcome))).toStrictEqual([]);
  });
});
