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
export const canonicalXml = (element: Element, inclusivePrefixes: readonly string[], without?: Element): string =>
  // A copy, since the library writes such namespaces into what it is given.
  new ExclusiveCanonicalization().process(copyOf(element, without), {
    ancestorNamespaces: namespacesAround(element),
    inclusiveNamespacesPrefixList: [...inclusivePrefixes],
  });

const namespacesAround = ({ parentNode }: Node): { prefix: string; namespaceURI: string }[] => {
  if (!parentNode || !isElement(parentNode)) return [];
  const declared = Array.from(parentNode.attributes)
    .filter(({ prefix }) => prefix === 'xmlns')
    .map(({ localName, value }) => ({ prefix: localName, namespaceURI: value }));
  return [...declared, ...namespacesAround(parentNode)];
};

const copyOf = (element: Element, without: Element | undefined): Element => {
  const copy = certain([element.cloneNode()].find(isElement), 'the copy of an element is one');
  for (let child = element.firstChild; child; child = child.nextSibling)
    if (child !== without) copy.appendChild(child.cloneNode(true));
  return copy;
};
