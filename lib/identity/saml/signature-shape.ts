import { AssertionRefused } from '../assertion-refused.ts';
import type { AllowedAlgorithms } from './algorithms.ts';
import { attributeOf, base64In, childNamed } from './element.ts';
import { ENVELOPED, EXCLUSIVE_C14N } from './names.ts';
import type { XmlElement } from './read-xml.ts';

/** Exclusive XML Canonicalization, 3: prefixes to treat as inclusive canonicalisation does. */
const PREFIX_LIST =
  /^(?:#default|[A-Za-z_][A-Za-z0-9_.-]{0,31})?(?: (?:#default|[A-Za-z_][A-Za-z0-9_.-]{0,31})){0,15}$/;

/**
 * The one way of signing that we verify (SAML 2.0 Core, 5.4): one reference, to the element that the signature stands in, which is
 * signed whole. The grammar has counted the elements already. `KeyInfo` is not looked at: who signs is pinned.
 *
 * @throws AssertionRefused `signature_shape`
 */
export const checkSignatureShape = (signature: XmlElement, signed: XmlElement, allowed: AllowedAlgorithms): void => {
  const info = childNamed(signature, 'ds:SignedInfo');
  const reference = childNamed(info, 'ds:Reference');
  const [first, second] = childNamed(reference, 'ds:Transforms')?.children ?? [];
  const isOurs =
    isCanonicalization(childNamed(info, 'ds:CanonicalizationMethod')) &&
    allowed.methods.has(algorithmOf(childNamed(info, 'ds:SignatureMethod'))) &&
    isWholeElement(reference, signed) &&
    isEnveloped(first) &&
    isCanonicalization(second) &&
    allowed.digests.has(algorithmOf(childNamed(reference, 'ds:DigestMethod'))) &&
    base64In(childNamed(reference, 'ds:DigestValue')) !== undefined &&
    base64In(childNamed(signature, 'ds:SignatureValue')) !== undefined;
  if (!isOurs) throw new AssertionRefused('signature_shape');
};

const isWholeElement = (reference: XmlElement | undefined, signed: XmlElement): boolean => {
  const id = attributeOf(signed, 'ID');
  return id !== undefined && attributeOf(reference, 'URI') === `#${id}`;
};

const isEnveloped = (transform: XmlElement | undefined): boolean =>
  algorithmOf(transform) === ENVELOPED && transform?.children.length === 0;

const isCanonicalization = (element: XmlElement | undefined): boolean =>
  algorithmOf(element) === EXCLUSIVE_C14N &&
  PREFIX_LIST.test(attributeOf(childNamed(element, 'ec:InclusiveNamespaces'), 'PrefixList') ?? '');

const algorithmOf = (element: XmlElement | undefined): string => attributeOf(element, 'Algorithm') ?? '';
