import { describe, expect, test } from '@jest/globals';
import { readResponse } from '../../../../lib/identity/saml/verify-response.ts';
import { ACCEPTED, expectation, signed } from '../../../attack/saml/believing.ts';
import { IDP, NAME, REQUEST, encode, responseXml } from '../../../support/saml-generator.ts';
import { codeOf } from '../memory.ts';

const peek = (xml: string) => {
  const { unverifiedInResponseTo, unverifiedIssuer } = readResponse(encode(xml));
  return [unverifiedInResponseTo, unverifiedIssuer];
};

const codeOfReading = (base64: string): Promise<string> =>
  codeOf(Promise.resolve().then(() => readResponse(base64))).then((code) => (code === 'accepted' ? ACCEPTED : code));

describe('a look at a response that nobody has vouched for', () => {
  test('says what it claims to answer, and whom it claims to be from', () => {
    expect(peek(responseXml())).toEqual([REQUEST, IDP]);
  });

  test('takes the issuer of the response before that of its assertion', () => {
    expect(peek(responseXml({ responseIssuer: 'https://one.example.com' }))).toEqual([
      REQUEST,
      'https://one.example.com',
    ]);
  });

  test('takes the issuer of the assertion when the response names none', () => {
    expect(peek(responseXml().replace(`<saml:Issuer>${IDP}</saml:Issuer>`, ''))).toEqual([REQUEST, IDP]);
  });

  test('says nothing where there is nothing', () => {
    expect(
      peek(
        responseXml({ responseInResponseTo: undefined, assertion: '' }).replace(
          `<saml:Issuer>${IDP}</saml:Issuer>`,
          '',
        ),
      ),
    ).toEqual([undefined, undefined]);
  });

  test.each([
    ['forbidden_construct', encode(`<!DOCTYPE r>${responseXml()}`)],
    ['malformed', encode('<samlp:Response')],
    ['malformed', '*'],
    ['too_large', 'A'.repeat(1_000_000)],
  ])('refuses as %s what could never be believed', async (fault, base64) => {
    await expect(codeOfReading(base64)).resolves.toBe(fault);
  });

  test('keeps nobody’s mistakes to itself', () => {
    expect(() => readResponse(undefined as never)).toThrow(TypeError);
  });

  test('leaves it as it was: the same response is judged again by other keys', () => {
    const response = readResponse(encode(signed('Assertion')));
    const stranger = { ...expectation.idp, certificates: [] };
    expect(() => response.verified({ ...expectation, idp: stranger })).toThrow(TypeError);
    expect(response.verified(expectation).nameId).toBe(NAME);
    expect(response.verified(expectation).nameId).toBe(NAME);
  });
});
