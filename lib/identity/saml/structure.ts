import { AssertionRefused } from '../assertion-refused.ts';
import { checkGrammar } from './grammar.ts';
import { checkIds } from './ids.ts';
import { type XmlElement, readXml } from './read-xml.ts';

export type RootName = 'samlp:Response' | 'saml:Assertion' | 'saml:EncryptedAssertion';

/**
 * A document of the one shape that we read. Nothing is said of its signatures yet.
 *
 * @param text as `xmlIn` returns it, or what a signature covered
 * @throws AssertionRefused `malformed`, `forbidden_construct`, `structure`, `duplicate_id`
 */
export const readMessage = (text: string, ...rootNames: readonly RootName[]): XmlElement => {
  const root = readXml(text);
  if (!rootNames.some((name) => name === root.name)) throw new AssertionRefused('structure');
  checkGrammar(root);
  checkIds(root);
  return root;
};
