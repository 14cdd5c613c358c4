import { ExclusiveCanonicalization } from 'xml-crypto';
import { certain } from '../../domain/invariant.ts';
import { isElement } from './read-xml.ts';

/**
 * Exclusive XML Canonicalization 1.0, without comments, of an element of a document that `readXml` took: no comments are in it, nor
 * anything but elements and text, and a prefix means the same everywhere.
 *
 * @param inclusivePrefixes those of its `InclusiveNamespaces`
 * @param without a child to leave out, as the enveloped-signature transform does (XML Signature, 6.6.4)
 */
export const canonicalXml = (element: Element, inclusivePrefixes: readonly string[], without?: Element): string => {
  const ancestorNamespaces = inclusivePrefixes.length > 0 ? namespacesAround(element) : [];
  // A copy, since the library writes such namespaces into what it is given.
  return new ExclusiveCanonicalization().process(copyOf(element, without), {
    ancestorNamespaces,
    inclusiveNamespacesPrefixList: [...inclusivePrefixes],
  });
};

const namespacesAround = ({ parentNode }: Node): { prefix: string; namespaceURI: string }[] => {
  if (!parentNode || !isElement(parentNode)) return [];
  const declared = [];
  for (let index = 0; index < parentNode.attributes.length; index++) {
    const attribute = parentNode.attributes[index];
    if (attribute?.prefix === 'xmlns') declared.push({ prefix: attribute.localName, namespaceURI: attribute.value });
  }
  return [...declared, ...namespacesAround(parentNode)];
};

const copyOf = (element: Element, without: Element | undefined): Element => {
  const copy = certain([element.cloneNode()].find(isElement), 'the copy of an element is one');
  for (let child = element.firstChild; child; child = child.nextSibling)
    if (child !== without) copy.appendChild(child.cloneNode(true));
  return copy;
};
