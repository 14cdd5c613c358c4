/** XML content: text, children by name, or several of the same name. `undefined` leaves the element out. */
export type Xml = string | number | undefined | XmlElements | readonly Xml[];
export interface XmlElements {
  readonly [name: string]: Xml;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes text safe in XML and HTML, in elements and in quoted attributes. Control characters cannot stand in XML 1.0 at all. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}

/** A whole document with one root element, in a namespace where one is given. */
export function xmlDocument(root: string, content: XmlElements, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

function inner(content: XmlElements): string {
  return Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, content: Xml): string {
  if (content === undefined) return '';
  if (isList(content)) return content.map((one) => element(name, one)).join('');
  const text = typeof content === 'object' ? inner(content) : escapeMarkup(String(content));
  return `<${name}>${text}</${name}>`;
}

function isList(content: Exclude<Xml, undefined>): content is readonly Xml[] {
  return Array.isArray(content);
}
