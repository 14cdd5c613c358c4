import type { KeyObject } from 'node:crypto';
import { checkedAssertion } from './check-assertion.ts';
import { decryptedByAny } from './decrypt.ts';
import { childNamed, textOf } from './element.ts';
import { type SamlExpectation, type VerifiedSaml, idpInitiated } from './expectation.ts';
import { scannedXml, xmlInBase64url } from './message-bytes.ts';
import { verifiedIn } from './signature.ts';
import { readMessage } from './structure.ts';
import { trustOf } from './verify-response.ts';

/** What has to be so of an assertion that comes by itself. Nobody asked for it: one that answers a request was meant for a browser. */
export type AssertionExpectation = Omit<SamlExpectation, 'inResponseTo' | 'decryptionKey'>;

/** An assertion that nobody has vouched for yet. */
export interface UnverifiedAssertion {
  /** Whom it says it is from, to choose among the configured providers. */
  readonly unverifiedIssuer: string | undefined;
  /** @throws AssertionRefused for everything that can be wrong with it; TypeError for a certificate that cannot be used */
  verified(expectation: AssertionExpectation): VerifiedSaml;
}

/**
 * A bare assertion as clients send it (RFC 8693, 3; RFC 7522, 2.1), encrypted or plain. It must be signed itself: there is no message
 * around it that could be.
 *
 * @param base64url at most 256 KiB once decoded
 * @param decryptionKeys asked for only when it is encrypted
 * @throws AssertionRefused `too_large`, `malformed`, `forbidden_construct`, `structure`, `duplicate_id`, `decryption`; what
 *   `decryptionKeys` throws
 */
export const readAssertion = async (
  base64url: string,
  decryptionKeys: () => Promise<readonly KeyObject[]>,
): Promise<UnverifiedAssertion> => {
  const outer = readMessage(xmlInBase64url(base64url), 'saml:Assertion', 'saml:EncryptedAssertion');
  const assertion =
    outer.name === 'saml:Assertion'
      ? outer
      : readMessage(scannedXml(decryptedByAny(outer, await decryptionKeys())), 'saml:Assertion');
  const issuer = childNamed(assertion, 'saml:Issuer');
  return {
    unverifiedIssuer: issuer && textOf(issuer),
    verified: (expectation) => {
      const signed = verifiedIn(assertion, 'saml:Assertion', trustOf(expectation));
      return checkedAssertion(signed, { ...expectation, inResponseTo: idpInitiated });
    },
  };
};
