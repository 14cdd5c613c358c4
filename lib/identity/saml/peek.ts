import { AssertionRefused } from '../assertion-refused.ts';
import { attributeOf, childNamed, textOf } from './element.ts';
import { xmlIn } from './message-bytes.ts';
import type { XmlElement } from './read-xml.ts';
import { readMessage } from './structure.ts';

/**
 * The InResponseTo of a response that nobody has vouched for: only to find the attempt that it claims to answer.
 *
 * @returns undefined when it has none, or is no response that could ever be believed
 */
export const unverifiedInResponseTo = (base64: string): string | undefined =>
  attributeOf(unverifiedResponse(base64), 'InResponseTo');

/** Whom the response says it is from, to choose among the configured providers. Nothing has vouched for it. */
export const unverifiedIssuer = (base64: string): string | undefined => {
  const response = unverifiedResponse(base64);
  const issuer =
    childNamed(response, 'saml:Issuer') ?? childNamed(childNamed(response, 'saml:Assertion'), 'saml:Issuer');
  return issuer && textOf(issuer);
};

const unverifiedResponse = (base64: string): XmlElement | undefined => {
  try {
    return readMessage(xmlIn(base64), 'samlp:Response');
  } catch (error) {
    if (error instanceof AssertionRefused) return undefined;
    throw error;
  }
};
