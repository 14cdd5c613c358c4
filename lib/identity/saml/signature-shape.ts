import { certain } from '../../domain/invariant.ts';
import { AssertionRefused } from '../assertion-refused.ts';
import type { AllowedAlgorithms, Digest, SignatureMethod } from './algorithms.ts';
import { attributeOf, base64In, childNamed } from './element.ts';
import { ENVELOPED, EXCLUSIVE_C14N } from './names.ts';
import type { XmlElement } from './read-xml.ts';

/** A signature that is made as it should, and nothing more: nobody has verified it. */
export interface UnverifiedSignature {
  readonly info: XmlElement;
  readonly method: SignatureMethod;
  readonly value: Buffer;
  readonly digest: Digest;
  readonly digestValue: Buffer;
  /** For the canonicalization of SignedInfo, and of the element that is signed. */
  readonly infoPrefixes: readonly string[];
  readonly prefixes: readonly string[];
}

/** Exclusive XML Canonicalization, 3: prefixes to treat as inclusive canonicalisation does. */
const PREFIX_LIST =
  /^(?:#default|[A-Za-z_][A-Za-z0-9_.-]{0,31})?(?: (?:#default|[A-Za-z_][A-Za-z0-9_.-]{0,31})){0,15}$/;

/**
 * The one way of signing that we verify (SAML 2.0 Core, 5.4): one reference, to the element that the signature stands in, which is
 * signed whole. The grammar has counted the elements already. `KeyInfo` is not looked at: who signs is pinned.
 *
 * @throws AssertionRefused `signature_shape`
 */
export const readSignature = (
  signature: XmlElement,
  signed: XmlElement,
  allowed: AllowedAlgorithms,
): UnverifiedSignature => {
  const info = certain(childNamed(signature, 'ds:SignedInfo'), 'the grammar wants one');
  const reference = childNamed(info, 'ds:Reference');
  const { children } = certain(childNamed(reference, 'ds:Transforms'), 'the grammar wants one');
  const [first, second] = [certain(children[0], 'and two in it'), certain(children[1], 'and two in it')];
  const parts = {
    info,
    method: allowed.methods.get(algorithmOf(childNamed(info, 'ds:SignatureMethod'))),
    value: base64In(childNamed(signature, 'ds:SignatureValue')),
    digest: allowed.digests.get(algorithmOf(childNamed(reference, 'ds:DigestMethod'))),
    digestValue: base64In(childNamed(reference, 'ds:DigestValue')),
    infoPrefixes: inclusivePrefixesOf(childNamed(info, 'ds:CanonicalizationMethod')),
    prefixes: inclusivePrefixesOf(second),
  };
  if (!isWholeElement(reference, signed) || !isEnveloped(first) || !isComplete(parts))
    throw new AssertionRefused('signature_shape');
  return parts;
};

type Parts = { readonly [Name in keyof UnverifiedSignature]: UnverifiedSignature[Name] | undefined };

const isComplete = (parts: Parts): parts is UnverifiedSignature =>
  Object.values(parts).every((part) => part !== undefined);

const isWholeElement = (reference: XmlElement | undefined, signed: XmlElement): boolean => {
  const id = attributeOf(signed, 'ID');
  return id !== undefined && attributeOf(reference, 'URI') === `#${id}`;
};

const isEnveloped = (transform: XmlElement): boolean =>
  algorithmOf(transform) === ENVELOPED && transform.children.length === 0;

/** @returns undefined unless the element asks for exclusive canonicalization, without comments */
const inclusivePrefixesOf = (element: XmlElement | undefined): readonly string[] | undefined => {
  const list = attributeOf(childNamed(element, 'ec:InclusiveNamespaces'), 'PrefixList') ?? '';
  if (algorithmOf(element) !== EXCLUSIVE_C14N || !PREFIX_LIST.test(list)) return undefined;
  return list.split(' ').filter((prefix) => prefix !== '');
};

const algorithmOf = (element: XmlElement | undefined): string => attributeOf(element, 'Algorithm') ?? '';
