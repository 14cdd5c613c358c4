import type { XmlElement } from './read-xml.ts';

export const childrenNamed = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name);

/** The first of that name; the grammar says where there can be but one. */
export const childNamed = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name);

export const attributeOf = (element: XmlElement | undefined, name: string): string | undefined =>
  element?.attributes.get(name);

export const descendants = (element: XmlElement): readonly XmlElement[] => [
  element,
  ...element.children.flatMap((child) => descendants(child)),
];

/**
 * Line breaks that a pretty-printer put around a text are none of it. Blanks without one are: two names must not become the same.
 *
 * NB. no regular expression: one that looks for blanks at the end of a text takes time with the square of the blanks within it.
 */
export const textOf = ({ text }: XmlElement): string => {
  let start = 0;
  while (isBlank(text, start)) start += 1;
  let end = text.length;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  const from = text.slice(0, start).includes('\n') ? start : 0;
  const to = text.slice(end).includes('\n') ? end : text.length;
  return text.slice(from, to);
};

const isBlank = (text: string, index: number): boolean => index < text.length && ' \t\r\n'.includes(text.charAt(index));

/** xs:base64Binary: white space does not count, the rest must be canonical. @returns undefined for anything else */
export const base64In = (element: XmlElement | undefined): Buffer | undefined => {
  const compact = element?.text.replace(/[ \t\r\n]/g, '');
  if (!compact) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  return bytes.toString('base64') === compact ? bytes : undefined;
};
