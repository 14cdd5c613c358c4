import { certain } from '../../domain/invariant.ts';
import { AssertionRefused } from '../assertion-refused.ts';

const MAX_TAGS = 4096;
const MAX_ATTRIBUTES_OF_TAG = 32;
const MAX_DEPTH = 32;

const NAME = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?';
const ATTRIBUTE = `[ \\t\\r\\n]+${NAME}[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"[^"<]*"|'[^'<]*')`;

/** XML 1.0, 3.1, with names in ASCII, as all of SAML's are; then the text up to the next tag. */
const TAG = new RegExp(`<(/?)(${NAME})((?:${ATTRIBUTE})*)[ \\t\\r\\n]*(/?)>([^<]*)`, 'y');

/**
 * NB. the parser skips an end tag that fits nothing and closes at the end what is open, without a warning. Hence this, before it. It
 * also bounds what a parser does more than once an element.
 *
 * @throws AssertionRefused `malformed`, `too_large`, `structure` for a document that is too deep
 */
export const checkTags = (text: string): void => {
  const open: string[] = [];
  let at = 0;
  for (let tags = 0; at < text.length; tags++) {
    if (tags > MAX_TAGS) throw new AssertionRefused('too_large');
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (!tag) throw new AssertionRefused('malformed');
    take(tag, open);
    at = TAG.lastIndex;
  }
  if (open.length > 0) throw new AssertionRefused('malformed');
};

const take = (tag: RegExpExecArray, open: string[]): void => {
  const group = (index: number): string => certain(tag[index], 'each group takes part');
  const [name, attributes, isEmpty] = [group(2), group(3), group(4) !== ''] as const;
  if (attributes.split(/=[ \t\r\n]*["']/).length > MAX_ATTRIBUTES_OF_TAG + 1) throw new AssertionRefused('too_large');
  const isEnd = group(1) !== '';
  if (isEnd && (attributes !== '' || isEmpty || open.pop() !== name)) throw new AssertionRefused('malformed');
  if (!isEnd && !isEmpty) open.push(name);
  if (open.length > MAX_DEPTH) throw new AssertionRefused('structure');
  if (open.length === 0 && /[^ \t\r\n]/.test(group(5))) throw new AssertionRefused('malformed');
};
