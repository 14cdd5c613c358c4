import type { KeyObject } from 'node:crypto';
import { AssertionRefused } from '../assertion-refused.ts';
import { ALLOWED, ALLOWED_WITH_SHA1 } from './algorithms.ts';
import { checkedAssertion } from './check-assertion.ts';
import { checkResponse, isSuccess } from './check-response.ts';
import { decrypted } from './decrypt.ts';
import { childNamed } from './element.ts';
import { type SamlExpectation, type VerifiedSaml, sha1InTestsOnly } from './expectation.ts';
import { scannedXml, xmlIn } from './message-bytes.ts';
import { MIN_RSA_BITS, MIN_RSA_BITS_WITH_SHA1, pinnedKeys } from './pinned-keys.ts';
import type { XmlElement } from './read-xml.ts';
import { type Message, type Trust, isSigned, verifiedIn } from './signature.ts';
import { readMessage } from './structure.ts';

export { idpInitiated, type SamlExpectation, type SamlIdp, sha1InTestsOnly, type VerifiedSaml } from './expectation.ts';

/**
 * Believes a SAML response, or does not. Whether its assertion was used before is for the caller to burn: (issuer, assertionId), until
 * `notOnOrAfter`.
 *
 * @param base64 the posted `SAMLResponse`, at most 256 KiB once decoded
 * @throws AssertionRefused for everything that can be wrong with a response; TypeError for a certificate that cannot be used
 */
export const verifySamlResponse = (base64: string, expectation: SamlExpectation): VerifiedSaml => {
  const trust = trustOf(expectation);
  const text = xmlIn(base64);
  const received = { text, root: readMessage(text, 'samlp:Response') };
  const isResponseSigned = isSigned(received.root);
  const response = isResponseSigned ? verifiedIn(received, received.root, 'samlp:Response', trust) : received;
  const assertion = assertionOf(response, isResponseSigned, trust, expectation.decryptionKey);
  checkResponse(response.root, isResponseSigned, expectation);
  return checkedAssertion(assertion, expectation);
};

/** The assertion as it was signed: by itself, or as part of the response. */
const assertionOf = (
  response: Message,
  isResponseSigned: boolean,
  trust: Trust,
  decryptionKey: KeyObject | undefined,
): XmlElement => {
  const { message, holder } = heldIn(response, decryptionKey);
  if (isSigned(holder)) return verifiedIn(message, holder, 'saml:Assertion', trust).root;
  // NB. that it was encrypted for us says nothing of who did it: our key is public.
  if (!isResponseSigned) throw new AssertionRefused('unsigned');
  return holder;
};

const heldIn = (response: Message, key: KeyObject | undefined): { message: Message; holder: XmlElement } => {
  const plain = childNamed(response.root, 'saml:Assertion');
  if (plain) return { message: response, holder: plain };
  const encrypted = childNamed(response.root, 'saml:EncryptedAssertion');
  if (!encrypted) throw new AssertionRefused(isSuccess(response.root) ? 'structure' : 'status');
  const text = scannedXml(decrypted(encrypted, key));
  const holder = readMessage(text, 'saml:Assertion');
  return { message: { text, root: holder }, holder };
};

const trustOf = ({ idp, allowSha1ForTests }: SamlExpectation): Trust =>
  allowSha1ForTests === sha1InTestsOnly
    ? { keys: pinnedKeys(idp.certificates, MIN_RSA_BITS_WITH_SHA1), allowed: ALLOWED_WITH_SHA1 }
    : { keys: pinnedKeys(idp.certificates, MIN_RSA_BITS), allowed: ALLOWED };
