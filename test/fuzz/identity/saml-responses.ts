import fc from 'fast-check';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import { scannedXml } from '../../../lib/identity/saml/message-bytes.ts';
import { readXml } from '../../../lib/identity/saml/read-xml.ts';
import { type VerifiedSaml, readResponse, verifySamlResponse } from '../../../lib/identity/saml/verify-response.ts';
import { attacker, evil, expectation, key } from '../../attack/saml/believing.ts';
import { encrypted, ours } from '../../attack/saml/encrypting.ts';
import { type Part, assertionXml, encode, responseXml, signXml } from '../../support/saml-generator.ts';
import { editedText } from './bytes.ts';
import type { Target } from './target.ts';
import { treeEdits } from './xml-edits.ts';
import { treeOf, xmlOf } from './xml-tree.ts';

const plain = responseXml();
const many = Array.from(
  { length: 600 },
  (_, index) => `<saml:AttributeValue>group-${index}</saml:AttributeValue>`,
).join('');
const large = responseXml({
  attributeStatements: `<saml:AttributeStatement><saml:Attribute Name="groups">${many}</saml:Attribute></saml:AttributeStatement>`,
});

/** As providers send them, each of which is accepted as it is. */
const good: readonly string[] = [
  signXml(plain, 'Assertion', key),
  signXml(plain, 'Response', key),
  signXml(signXml(plain, 'Assertion', key), 'Response', key),
  responseXml({ assertion: encrypted(signXml(assertionXml(), 'Assertion', key)) }),
  signXml(large, 'Assertion', key),
];

const goodTrees = good.map(treeOf);

/** What an attacker has: a document in their own name, signed by their own key, and one that nobody signed. */
const material = [
  treeOf(evil(plain)),
  treeOf(evil(signXml(plain, 'Assertion', attacker))),
  treeOf(evil(assertionXml())),
];

const edits = fc.array(treeEdits(material), { minLength: 1, maxLength: 4 });

const mutated = fc
  .tuple(fc.constantFrom(...goodTrees), edits)
  .map(([tree, changes]) => xmlOf(changes.reduce((one, change) => change(one), tree)));

/** Signed anew after the change: nonsense that the provider vouches for is nonsense. */
const vouchedFor = fc
  .tuple(edits, fc.constantFrom<Part>('Response', 'Assertion'))
  .map(([changes, part]) => signedAnew(xmlOf(changes.reduce((one, change) => change(one), treeOf(plain))), part));

const signedAnew = (xml: string, part: Part): string => {
  try {
    // What no parser reads cannot be signed; the signer's own would tell the console.
    readXml(scannedXml(Buffer.from(xml)));
    return signXml(xml, part, key);
  } catch {
    return xml;
  }
};

const inputs = fc.oneof(
  { weight: 8, arbitrary: mutated.map(encode) },
  { weight: 3, arbitrary: editedText(fc.oneof(fc.constantFrom(...good), mutated)).map(encode) },
  { weight: 1, arbitrary: editedText(fc.constantFrom(...good).map(encode)) },
  { weight: 1, arbitrary: fc.oneof(fc.base64String({ maxLength: 4000 }), fc.string(), fc.string().map(encode)) },
);

const believe = (response: string): VerifiedSaml =>
  verifySamlResponse(response, { ...expectation, decryptionKey: ours.privateKey });

const asText = (verified: VerifiedSaml): string =>
  JSON.stringify({ ...verified, attributes: [...verified.attributes] });

const GENUINE: ReadonlySet<string> = new Set(good.map((xml) => asText(believe(encode(xml)))));

const faultOr = async (judge: () => string): Promise<string> => {
  try {
    return await Promise.resolve().then(judge);
  } catch (error) {
    if (error instanceof AssertionRefused) return error.fault;
    throw error;
  }
};

/** Accepted is only what says, to the letter, what the provider signed. */
const judge = (response: string): Promise<string> =>
  faultOr(() => {
    const said = asText(believe(response));
    if (!GENUINE.has(said)) throw new Error(`accepted: what nobody signed: ${said}`);
    return 'accepted';
  });

const judgeVouchedFor = (response: string): Promise<string> =>
  faultOr(() => {
    const { issuer, notOnOrAfter } = believe(response);
    if (issuer !== expectation.idp.entityId || notOnOrAfter <= expectation.now)
      throw new Error('accepted: not for us, not now');
    return 'accepted';
  });

const judgePeek = (response: string): Promise<string> =>
  faultOr(() => {
    const { unverifiedIssuer, unverifiedInResponseTo } = readResponse(response);
    return unverifiedIssuer !== undefined || unverifiedInResponseTo !== undefined ? 'accepted' : 'nothing in it';
  });

export const samlResponses: Target = { name: 'SAML responses', inputs, judge };

export const vouchedForResponses: Target = {
  name: 'SAML responses, signed as they are',
  inputs: vouchedFor.map(encode),
  judge: judgeVouchedFor,
};

/** Before anything is verified, to find the provider and the attempt. */
export const peeks: Target = { name: 'whose response it claims to be', inputs, judge: judgePeek };
