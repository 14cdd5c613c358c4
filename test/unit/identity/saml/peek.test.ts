import { describe, expect, test } from '@jest/globals';
import { unverifiedInResponseTo, unverifiedIssuer } from '../../../../lib/identity/saml/peek.ts';
import { IDP, REQUEST, encode, responseXml } from '../../../support/saml-generator.ts';

const peek = (xml: string) => [unverifiedInResponseTo(encode(xml)), unverifiedIssuer(encode(xml))];

describe('a look at a response that nobody has vouched for', () => {
  test('says what it claims to answer, and whom it claims to be from', () => {
    expect(peek(responseXml())).toEqual([REQUEST, IDP]);
  });

  test('takes the issuer of the assertion when the response names none', () => {
    expect(peek(responseXml().replace(`<saml:Issuer>${IDP}</saml:Issuer>`, ''))).toEqual([REQUEST, IDP]);
  });

  test('says nothing of what could never be believed', () => {
    expect(peek(`<!DOCTYPE r>${responseXml()}`)).toEqual([undefined, undefined]);
    expect(peek('<samlp:Response')).toEqual([undefined, undefined]);
    expect(unverifiedInResponseTo('*')).toBeUndefined();
    expect(unverifiedIssuer('A'.repeat(1_000_000))).toBeUndefined();
  });

  test('keeps nobody’s mistakes to itself', () => {
    expect(() => unverifiedIssuer(undefined as never)).toThrow(TypeError);
  });
});
