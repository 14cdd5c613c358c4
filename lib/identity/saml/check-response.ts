import { AssertionRefused } from '../assertion-refused.ts';
import { attributeOf, childNamed, textOf } from './element.ts';
import { type SamlExpectation, idpInitiated } from './expectation.ts';
import { SUCCESS } from './names.ts';
import type { XmlElement } from './read-xml.ts';

/**
 * The message around the assertion (SAML 2.0 Core, 3.2.2; Bindings, 3.5.5.2; Profiles, 4.1.4.3). What an unsigned one says gives nothing, but it
 * must not contradict either.
 *
 * @throws AssertionRefused `version`, `status`, `issuer`, `destination`, `in_response_to`
 */
export const checkResponse = (response: XmlElement, isSigned: boolean, expected: SamlExpectation): void => {
  if (attributeOf(response, 'Version') !== '2.0') throw new AssertionRefused('version');
  if (!isSuccess(response)) throw new AssertionRefused('status');
  const issuer = childNamed(response, 'saml:Issuer');
  if (issuer && textOf(issuer) !== expected.idp.entityId) throw new AssertionRefused('issuer');
  const destination = attributeOf(response, 'Destination');
  const mayBeMissing = !isSigned && destination === undefined;
  if (!mayBeMissing && destination !== expected.recipient) throw new AssertionRefused('destination');
  const answers = attributeOf(response, 'InResponseTo');
  if (answers !== undefined && !isAnswerTo(answers, expected)) throw new AssertionRefused('in_response_to');
};

/** A status within says what went wrong. */
export const isSuccess = (response: XmlElement): boolean => {
  const code = childNamed(childNamed(response, 'samlp:Status'), 'samlp:StatusCode');
  return attributeOf(code, 'Value') === SUCCESS && code?.children.length === 0;
};

/** NB. with the opt-in to responses that nobody asked for, one that answers something is an answer to somebody else. */
export const isAnswerTo = (inResponseTo: string | undefined, { inResponseTo: asked }: SamlExpectation): boolean =>
  asked === idpInitiated ? inResponseTo === undefined : asked !== '' && inResponseTo === asked;
