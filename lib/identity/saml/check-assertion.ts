import { earliest, msOf } from '../../domain/time.ts';
import { type AssertionFault, AssertionRefused } from '../assertion-refused.ts';
import { SKEW_SECONDS } from '../id-token-times.ts';
import { instantIn, isToCome } from './date-time.ts';
import { attributeOf, childNamed, textOf } from './element.ts';
import type { SamlExpectation, VerifiedSaml } from './expectation.ts';
import { ENTITY_FORMAT } from './names.ts';
import type { XmlElement } from './read-xml.ts';
import { attributesIn, authenticationIn, checkedConditions } from './statements.ts';
import { confirmedSubject, nameIdIn } from './subject.ts';

/**
 * The Web Browser SSO profile (SAML 2.0 Profiles, 4.1.4.2 and 4.1.4.3), on an assertion whose signature was good.
 *
 * @throws AssertionRefused, with the subject once the issuer and the name were good
 */
export const checkedAssertion = (assertion: XmlElement, expected: SamlExpectation): VerifiedSaml => {
  if (attributeOf(assertion, 'Version') !== '2.0') throw new AssertionRefused('version');
  checkIssuer(childNamed(assertion, 'saml:Issuer'), expected.idp.entityId);
  const assertionId = attributeOf(assertion, 'ID');
  if (assertionId === undefined) throw new AssertionRefused('structure');
  const name = nameIdIn(assertion, expected);
  const nameId = textOf(name);
  const refuse = (fault: AssertionFault): never => {
    throw new AssertionRefused(fault, { subject: nameId });
  };
  const issued = instantIn(attributeOf(assertion, 'IssueInstant')) ?? refuse('conditions');
  if (isToCome(issued, expected.now)) refuse('not_yet_valid');
  const conditionsEnd = checkedConditions(assertion, expected, refuse);
  const { notOnOrAfter, inResponseTo } = confirmedSubject(assertion, expected, refuse);
  const nameIdFormat = attributeOf(name, 'Format');
  return {
    assertionId,
    notOnOrAfter: uselessFrom(earliest(conditionsEnd, notOnOrAfter)),
    issuer: expected.idp.entityId,
    issuedAt: issued,
    nameId,
    ...(nameIdFormat !== undefined && { nameIdFormat }),
    attributes: attributesIn(assertion, refuse),
    ...authenticationIn(assertion, expected, refuse),
    ...(inResponseTo !== undefined && { inResponseTo }),
  };
};

/** Core, 8.3.6. Qualifiers have no place at an entity's name. */
const checkIssuer = (issuer: XmlElement | undefined, entityId: string): void => {
  const isEntity = (attributeOf(issuer, 'Format') ?? ENTITY_FORMAT) === ENTITY_FORMAT;
  const isQualified =
    issuer?.attributes.has('NameQualifier') === true || issuer?.attributes.has('SPNameQualifier') === true;
  if (!issuer || textOf(issuer) !== entityId || !isEntity || isQualified) throw new AssertionRefused('issuer');
};

/** Whole seconds: a table that rounds must not let the assertion pass again. */
const uselessFrom = (end: string): string =>
  new Date((Math.ceil(msOf(end) / 1000) + SKEW_SECONDS) * 1000).toISOString();
