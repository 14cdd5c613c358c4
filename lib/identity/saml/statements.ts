import type { Instant } from '../../domain/principal.ts';
import { isBefore } from '../../domain/time.ts';
import type { AssertionFault } from '../assertion-refused.ts';
import { instantIn, isOver, isToCome } from './date-time.ts';
import { attributeOf, childNamed, childrenNamed, textOf } from './element.ts';
import type { SamlExpectation, VerifiedSaml } from './expectation.ts';
import type { XmlElement } from './read-xml.ts';

type Refuse = (fault: AssertionFault) => never;

/** SAML 2.0 Core, 2.5. @returns the end, without skew */
export const checkedConditions = (assertion: XmlElement, expected: SamlExpectation, refuse: Refuse): Instant => {
  const conditions = childNamed(assertion, 'saml:Conditions');
  const start = instantIn(attributeOf(conditions, 'NotBefore'));
  const end = instantIn(attributeOf(conditions, 'NotOnOrAfter'));
  if (!conditions || !start || !end) return refuse('conditions');
  if (isToCome(start, expected.now)) refuse('not_yet_valid');
  if (isOver(end, expected.now)) refuse('expired');
  const restrictions = childrenNamed(conditions, 'saml:AudienceRestriction');
  // 2.5.1.4: each restriction must name us; within one, any of the audiences may.
  const areOurs = restrictions.every((each) =>
    each.children.some((audience) => textOf(audience) === expected.spEntityId),
  );
  if (restrictions.length === 0 || !areOurs) refuse('audience');
  return end;
};

type Authentication = Pick<VerifiedSaml, 'authnInstant' | 'authnContext' | 'sessionNotOnOrAfter' | 'sessionIndex'>;

/** Core, 2.7.2. One: of two, either could be the one that is meant. */
export const authenticationIn = (assertion: XmlElement, expected: SamlExpectation, refuse: Refuse): Authentication => {
  const [statement, ...more] = childrenNamed(assertion, 'saml:AuthnStatement');
  const authnInstant = instantIn(attributeOf(statement, 'AuthnInstant'));
  if (!statement || more.length > 0 || !authnInstant) return refuse('authn_statement');
  if (isToCome(authnInstant, expected.now)) refuse('authentication_time');
  const contextClass = childNamed(childNamed(statement, 'saml:AuthnContext'), 'saml:AuthnContextClassRef');
  const sessionIndex = attributeOf(statement, 'SessionIndex');
  return {
    authnInstant,
    ...(contextClass && { authnContext: textOf(contextClass) }),
    ...(statement.attributes.has('SessionNotOnOrAfter') && {
      sessionNotOnOrAfter: sessionEnd(statement, expected, refuse),
    }),
    ...(sessionIndex !== undefined && { sessionIndex }),
  };
};

/** Without skew: it says how long a session may be, and one that is over when it begins is none. */
const sessionEnd = (statement: XmlElement, expected: SamlExpectation, refuse: Refuse): Instant => {
  const end = instantIn(attributeOf(statement, 'SessionNotOnOrAfter')) ?? refuse('authn_statement');
  return isBefore(expected.now, end) ? end : refuse('expired');
};

/** Core, 2.7.3. The same name twice is refused, over all statements: two readers would take different ones. */
export const attributesIn = (assertion: XmlElement, refuse: Refuse): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, readonly string[]>();
  for (const attribute of childrenNamed(assertion, 'saml:AttributeStatement').flatMap(({ children }) => children)) {
    const name = attributeOf(attribute, 'Name') ?? '';
    if (name === '' || found.has(name)) refuse('attributes');
    found.set(name, attribute.children.map(textOf));
  }
  return found;
};
