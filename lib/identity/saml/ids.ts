import { AssertionRefused } from '../assertion-refused.ts';
import { descendants } from './element.ts';
import type { XmlElement } from './read-xml.ts';

/** Everything that some verifier takes for an identifier. `xml:id` never gets as far as here. */
const ID_NAMES = ['ID', 'Id', 'id', 'AssertionID'];

/** xs:NCName in ASCII: nothing that a query could be built with. */
const ID = /^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/;

/** SAML says `ID`, XML Signature and Encryption say `Id`. @throws AssertionRefused `structure`, `duplicate_id` */
export const checkIds = (root: XmlElement): void => {
  const seen = new Set<string>();
  for (const element of descendants(root)) {
    const [identifier, ...more] = [...element.attributes].filter(([name]) => ID_NAMES.includes(name));
    if (!identifier) continue;
    const [name, id] = identifier;
    if (more.length > 0 || name !== idNameOf(element) || !ID.test(id)) throw new AssertionRefused('structure');
    if (seen.has(id)) throw new AssertionRefused('duplicate_id');
    seen.add(id);
  }
};

const idNameOf = ({ name }: XmlElement): string => (name.startsWith('saml') ? 'ID' : 'Id');
