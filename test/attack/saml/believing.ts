import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import {
  type SamlExpectation,
  type VerifiedSaml,
  verifySamlResponse,
} from '../../../lib/identity/saml/verify-response.ts';
import { NOON } from '../../support/builders.ts';
import { certifiedKey } from '../../support/certificate.ts';
import {
  ACS,
  IDP,
  type Part,
  REQUEST,
  SP,
  type Says,
  type Signing,
  encode,
  responseXml,
  signXml,
} from '../../support/saml-generator.ts';
import { tally } from '../tally.ts';

export const key = certifiedKey();
export const attacker = certifiedKey();

export const expectation: SamlExpectation = {
  idp: { entityId: IDP, certificates: [key.certificate], ssoUrl: 'https://idp.example.com/sso' },
  spEntityId: SP,
  recipient: ACS,
  now: NOON,
  inResponseTo: REQUEST,
};

export const believe = (xml: string, expected: Partial<SamlExpectation> = {}): VerifiedSaml =>
  verifySamlResponse(encode(xml), { ...expectation, ...expected });

/** What becomes of a document: `accepted` and for whom, or the fault for which it is refused. Anything else that is thrown is a defect. */
export const verdict = (xml: string, expected: Partial<SamlExpectation> = {}): string =>
  outcomeOf(encode(xml), expected);

export const outcomeOf = (base64: string, expected: Partial<SamlExpectation> = {}): string =>
  tally(base64, outcome(base64, expected));

const outcome = (base64: string, expected: Partial<SamlExpectation>): string => {
  try {
    return `accepted ${verifySamlResponse(base64, { ...expectation, ...expected }).nameId}`;
  } catch (error) {
    if (error instanceof AssertionRefused) return error.fault;
    throw error;
  }
};

export const ACCEPTED = 'accepted engineer@example.com';

/** A response of the honest provider, who says this. */
export const signed = (part: Part, says: Says = {}, how: Signing = {}): string =>
  signXml(responseXml(says), part, key, how);

/** The only such element in a document, as it stands there. */
export const pieceOf = (xml: string, name: string): string => {
  const piece = new RegExp(`<${name}[ >].*?</${name}>`, 's').exec(xml)?.[0];
  if (piece === undefined) throw new TypeError(`no ${name}`);
  return piece;
};

export const without = (xml: string, piece: string): string => xml.replace(piece, () => '');

/** The same element with the attacker's values. */
export const evil = (xml: string): string =>
  xml.replace('engineer@example.com', 'security@example.com').replace(/ ID="_([ar])"/, ' ID="_evil"');

export const replaced = (xml: string, piece: string, by: string): string => {
  if (!xml.includes(piece)) throw new TypeError(`no ${piece}`);
  return xml.replace(piece, () => by);
};
