import { DOMParser } from '@xmldom/xmldom';
import { certain } from '../../domain/invariant.ts';
import { AssertionRefused } from '../assertion-refused.ts';
import { NAMESPACES, PREFIXED_ATTRIBUTES, XMLNS } from './names.ts';

/** An element, in the one form in which it is read. Nothing looks at the parser's own tree but canonicalization. */
export interface XmlElement {
  /** With the short name of its namespace in front, `saml:Issuer`, whatever prefix the document uses. */
  readonly name: string;
  /** Those of no namespace by their name, others as `xsi:type`. No namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly within, with entities resolved. */
  readonly text: string;
  /** For canonicalization, which looks at prefixes and at the namespaces in scope. */
  readonly node: Element;
}

const ELEMENT_NODE = 1;
const TEXT_NODE = 3;
const MAX_DEPTH = 16;

/**
 * One parser, once, and a warning is an error.
 *
 * @param text as `xmlIn` returns it
 * @throws AssertionRefused `malformed`, `forbidden_construct` for a namespace that we do not know, `structure`
 */
export const readXml = (text: string): XmlElement => {
  const document = parsed(text);
  // Around the document there is nothing but blanks: `checkTags` has seen to that.
  const nodes = [...childrenOf(document)].filter((node) => !isText(node));
  const [root] = nodes.filter(isElement);
  if (!root || nodes.length > 1) throw new AssertionRefused('malformed');
  return elementOf(root, new Map(), MAX_DEPTH);
};

const parsed = (text: string): Document => {
  const refuse = (message: string): never => {
    throw new SyntaxError(message);
  };
  try {
    const errorHandler = { warning: refuse, error: refuse, fatalError: refuse };
    return new DOMParser({ errorHandler }).parseFromString(text, 'text/xml');
  } catch (cause) {
    throw new AssertionRefused('malformed', { cause });
  }
};

const elementOf = (node: Element, prefixes: Map<string, string>, depthLeft: number): XmlElement => {
  if (depthLeft === 0) throw new AssertionRefused('structure');
  const attributes = attributesOf(node, prefixes);
  const name = shortName(node);
  const children: XmlElement[] = [];
  let text = '';
  for (const child of childrenOf(node)) {
    if (isElement(child)) children.push(elementOf(child, prefixes, depthLeft - 1));
    else if (isText(child)) text += child.data;
    else throw new AssertionRefused('forbidden_construct');
  }
  return { name, attributes, children, text, node };
};

const attributesOf = (node: Element, prefixes: Map<string, string>): Map<string, string> => {
  const found = new Map<string, string>();
  for (let index = 0; index < node.attributes.length; index++) {
    const attribute = certain(node.attributes[index], 'there are as many as it says');
    if (attribute.name === 'xmlns' || attribute.prefix === 'xmlns') checkDeclaration(attribute, prefixes);
    else addAttribute(found, attribute);
  }
  return found;
};

/**
 * NB. this refuses relative namespace names too, which canonicalisers disagree about, and a prefix that means one thing outside and
 * another inside. The default namespace may change: large providers do so at `Assertion` and `Signature`.
 */
const checkDeclaration = ({ name, value, namespaceURI }: Attr, prefixes: Map<string, string>): void => {
  if (namespaceURI !== XMLNS || !NAMESPACES.has(value)) throw new AssertionRefused('forbidden_construct');
  if (name === 'xmlns') return;
  if ((prefixes.get(name) ?? value) !== value) throw new AssertionRefused('forbidden_construct');
  prefixes.set(name, value);
};

const addAttribute = (found: Map<string, string>, attribute: Attr): void => {
  const name = attribute.prefix || attribute.name.includes(':') ? shortName(attribute) : attribute.name;
  const isKnown = !name.includes(':') || PREFIXED_ATTRIBUTES.has(name);
  if (!isKnown || found.has(name)) throw new AssertionRefused('structure');
  found.set(name, attribute.value);
};

const shortName = ({ namespaceURI, localName }: Element | Attr): string => {
  const short = NAMESPACES.get(namespaceURI ?? '');
  if (short === undefined || !localName) throw new AssertionRefused('forbidden_construct');
  return `${short}:${localName}`;
};

/** The parser's lists have no iterator. */
function* childrenOf(node: Node): Generator<Node> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

export const isElement = (node: Node): node is Element => node.nodeType === ELEMENT_NODE;

const isText = (node: Node): node is Text => node.nodeType === TEXT_NODE;
