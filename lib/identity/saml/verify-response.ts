import type { KeyObject } from 'node:crypto';
import { AssertionRefused } from '../assertion-refused.ts';
import { ALLOWED, ALLOWED_WITH_SHA1 } from './algorithms.ts';
import { checkedAssertion } from './check-assertion.ts';
import { checkResponse, isSuccess } from './check-response.ts';
import { decrypted } from './decrypt.ts';
import { attributeOf, childNamed, textOf } from './element.ts';
import { type SamlExpectation, type VerifiedSaml, sha1InTestsOnly } from './expectation.ts';
import { scannedXml, xmlIn } from './message-bytes.ts';
import { MIN_RSA_BITS_WITH_SHA1, pinnedKeys } from './pinned-keys.ts';
import type { XmlElement } from './read-xml.ts';
import { type Trust, isSigned, verifiedIn } from './signature.ts';
import { readMessage } from './structure.ts';

export { idpInitiated, type SamlExpectation, type SamlIdp, sha1InTestsOnly, type VerifiedSaml } from './expectation.ts';

/** A response that nobody has vouched for yet. */
export interface UnverifiedResponse {
  /** Only to find the attempt that it claims to answer. */
  readonly unverifiedInResponseTo: string | undefined;
  /** Whom it says it is from, to choose among the configured providers. */
  readonly unverifiedIssuer: string | undefined;
  /**
   * Believes it, or does not. Whether its assertion was used before is for the caller to burn: (issuer, assertionId), until `notOnOrAfter`.
   *
   * @throws AssertionRefused for everything that can be wrong with it; TypeError for a certificate that cannot be used
   */
  verified(expectation: SamlExpectation): VerifiedSaml;
}

/**
 * A SAML response, read once for all who ask something of it.
 *
 * @param base64 the posted `SAMLResponse`, at most 256 KiB once decoded
 * @throws AssertionRefused `too_large`, `malformed`, `forbidden_construct`, `structure`, `duplicate_id`
 */
export const readResponse = (base64: string): UnverifiedResponse => {
  const received = readMessage(xmlIn(base64), 'samlp:Response');
  const issuer =
    childNamed(received, 'saml:Issuer') ?? childNamed(childNamed(received, 'saml:Assertion'), 'saml:Issuer');
  return {
    unverifiedInResponseTo: attributeOf(received, 'InResponseTo'),
    unverifiedIssuer: issuer && textOf(issuer),
    verified: (expectation) => verifiedResponse(received, expectation),
  };
};

/** Reads a response and believes it, or does not. @throws as {@link readResponse} and its `verified` */
export const verifySamlResponse = (base64: string, expectation: SamlExpectation): VerifiedSaml =>
  readResponse(base64).verified(expectation);

const verifiedResponse = (received: XmlElement, expectation: SamlExpectation): VerifiedSaml => {
  const trust = trustOf(expectation);
  const isResponseSigned = isSigned(received);
  const response = isResponseSigned ? verifiedIn(received, 'samlp:Response', trust) : received;
  const assertion = assertionOf(response, isResponseSigned, trust, expectation.decryptionKey);
  checkResponse(response, isResponseSigned, expectation);
  return checkedAssertion(assertion, expectation);
};

/** The assertion as it was signed: by itself, or as part of the response. */
const assertionOf = (
  response: XmlElement,
  isResponseSigned: boolean,
  trust: Trust,
  decryptionKey: KeyObject | undefined,
): XmlElement => {
  const assertion = unverifiedAssertion(response, decryptionKey);
  if (isSigned(assertion)) return verifiedIn(assertion, 'saml:Assertion', trust);
  // NB. that it was encrypted for us says nothing of who did it: our key is public.
  if (!isResponseSigned) throw new AssertionRefused('unsigned');
  return assertion;
};

const unverifiedAssertion = (response: XmlElement, key: KeyObject | undefined): XmlElement => {
  const plain = childNamed(response, 'saml:Assertion');
  if (plain) return plain;
  const encrypted = childNamed(response, 'saml:EncryptedAssertion');
  if (!encrypted) throw new AssertionRefused(isSuccess(response) ? 'structure' : 'status');
  return readMessage(scannedXml(decrypted(encrypted, key)), 'saml:Assertion');
};

export const trustOf = ({ idp, allowSha1ForTests }: Pick<SamlExpectation, 'idp' | 'allowSha1ForTests'>): Trust =>
  allowSha1ForTests === sha1InTestsOnly
    ? { keys: pinnedKeys(idp.certificates, MIN_RSA_BITS_WITH_SHA1), allowed: ALLOWED_WITH_SHA1 }
    : { keys: pinnedKeys(idp.certificates), allowed: ALLOWED };
