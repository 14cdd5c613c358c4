import type { Instant } from '../../domain/principal.ts';
import { certain } from '../../domain/invariant.ts';
import { latest } from '../../domain/time.ts';
import { AssertionRefused } from '../assertion-refused.ts';
import { MAX_SUBJECT_LENGTH } from '../handle.ts';
import { isAnswerTo } from './check-response.ts';
import { instantIn, isOver } from './date-time.ts';
import { attributeOf, childNamed, childrenNamed, textOf } from './element.ts';
import type { SamlExpectation } from './expectation.ts';
import { BEARER } from './names.ts';
import type { XmlElement } from './read-xml.ts';
import type { SamlFault } from './saml-fault.ts';

/** No blanks at its ends, no control characters, and no invisible ones that change how it reads. */
const NAME = /^[^\s\p{Cc}\p{Cf}](?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*[^\s\p{Cc}\p{Cf}])?$/u;

/** @throws AssertionRefused `subject` */
export const nameIdIn = (assertion: XmlElement, { spEntityId, idp }: SamlExpectation): XmlElement => {
  const nameId = childNamed(childNamed(assertion, 'saml:Subject'), 'saml:NameID');
  if (!nameId) throw new AssertionRefused('subject');
  const name = textOf(nameId);
  const isGood =
    name.length <= MAX_SUBJECT_LENGTH &&
    NAME.test(name) &&
    // Core, 2.2.2: a name within a domain. Within another's domain the same name is another person.
    isAbsentOr(attributeOf(nameId, 'SPNameQualifier'), spEntityId) &&
    isAbsentOr(attributeOf(nameId, 'NameQualifier'), idp.entityId);
  if (!isGood) throw new AssertionRefused('subject');
  return nameId;
};

const isAbsentOr = (value: string | undefined, expected: string): boolean => value === undefined || value === expected;

export interface Confirmed {
  /** The latest end of those that hold for us, without skew. */
  readonly notOnOrAfter: Instant;
  readonly inResponseTo?: string;
}

/** SAML 2.0 Profiles, 4.1.4.2 and 4.1.4.3: at least one bearer confirmation that is for us, here, now, and for this attempt. */
export const confirmedSubject = (
  assertion: XmlElement,
  expected: SamlExpectation,
  refuse: (fault: SamlFault | 'expired') => never,
): Confirmed => {
  const subject = certain(childNamed(assertion, 'saml:Subject'), 'its name was read');
  const bearers = childrenNamed(subject, 'saml:SubjectConfirmation').filter(
    (confirmation) => attributeOf(confirmation, 'Method') === BEARER,
  );
  const outcomes = bearers.map((bearer) => confirmation(childNamed(bearer, 'saml:SubjectConfirmationData'), expected));
  const good = outcomes.filter((outcome) => typeof outcome === 'object');
  const [first, ...others] = good;
  if (!first) return refuse(outcomes.find((outcome) => typeof outcome === 'string') ?? 'subject_confirmation');
  return { ...first, notOnOrAfter: others.reduce((end, other) => latest(end, other.notOnOrAfter), first.notOnOrAfter) };
};

const confirmation = (data: XmlElement | undefined, expected: SamlExpectation): Confirmed | SamlFault | 'expired' => {
  const end = instantIn(attributeOf(data, 'NotOnOrAfter'));
  if (!data || !end || data.attributes.has('NotBefore')) return 'subject_confirmation';
  if (attributeOf(data, 'Recipient') !== expected.recipient) return 'recipient';
  const inResponseTo = attributeOf(data, 'InResponseTo');
  if (!isAnswerTo(inResponseTo, expected)) return 'in_response_to';
  if (isOver(end, expected.now)) return 'expired';
  return { notOnOrAfter: end, ...(inResponseTo !== undefined && { inResponseTo }) };
};
