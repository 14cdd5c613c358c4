import { createHash } from 'node:crypto';
import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { Chance, Clock, Secret } from '../broker/ports.ts';
import { secret } from '../broker/secret.ts';
import { type RoleSessionOrder, samlAudienceOf } from '../domain/role-session.ts';

export interface ResponseIssuer {
  readonly client: KMSClient;
  /** What signs: an RSA key. Its certificate stands in the metadata that the accounts' providers were made from. */
  readonly keyId: string;
  /** As that metadata has it, letter by letter. */
  readonly entityId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly chance: Pick<Chance, 'token'>;
}

/** Whoever holds the response can use it, from anywhere and unsigned: it is good for the one call that follows. */
const LIFETIME_SECONDS = 60;

/**
 * A SAML response for AssumeRoleWithSAML (IAM user guide, configuring SAML assertions), made out to one role of one account: base64, as STS wants it. It
 * opens role sessions: it goes nowhere but to STS. Rejects as KMS does.
 *
 * Every byte of it is written here, in the form that exclusive canonicalization (xml-exc-c14n) would give it: namespaces where they are first
 * used, attributes by name, no empty-element tags. What is hashed and signed is then the text itself, and nothing has to read XML.
 */
export const signedResponse = async (issuer: ResponseIssuer, order: RoleSessionOrder): Promise<Secret> => {
  const { client, keyId, entityId, clock, chance } = issuer;
  const issuedAt = Math.floor(Date.parse(clock.now()) / 1000);
  const made: Made = {
    ...{ order, entityId, audience: samlAudienceOf(order) },
    // NCNames: a letter or an underscore first.
    ...{ responseId: `_${chance.token(20)}`, assertionId: `_${chance.token(20)}` },
    ...{ issuedAt: timeOf(issuedAt), endsAt: timeOf(issuedAt + LIFETIME_SECONDS) },
  };
  const [before, after] = assertionParts(made);
  const signedInfo = signedInfoOf(made.assertionId, before + after);
  const { Signature } = await client.send(
    new SignCommand({
      KeyId: keyId,
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      MessageType: 'RAW',
      Message: Buffer.from(signedInfo),
    }),
  );
  if (!Signature || Signature.length === 0) throw new TypeError('KMS answered without a signature');
  const value = Buffer.from(Signature).toString('base64');
  const signature = `<ds:Signature xmlns:ds="${DSIG}">${signedInfo}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  return secret(Buffer.from(responseOf(made, before + signature + after)).toString('base64'));
};

interface Made {
  readonly order: RoleSessionOrder;
  readonly entityId: string;
  readonly audience: string;
  readonly responseId: string;
  readonly assertionId: string;
  readonly issuedAt: string;
  readonly endsAt: string;
}

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SAML = 'urn:oasis:names:tc:SAML:2.0';

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** The response itself is not signed: what AWS goes by stands in the assertion. */
const responseOf = ({ responseId, issuedAt, audience, entityId }: Made, assertion: string): string =>
  `<samlp:Response xmlns:samlp="${SAML}:protocol" Destination="${attribute(audience)}" ID="${responseId}" IssueInstant="${issuedAt}" Version="2.0">` +
  `<saml:Issuer xmlns:saml="${SAML}:assertion">${text(entityId)}</saml:Issuer>` +
  `<samlp:Status><samlp:StatusCode Value="${SAML}:status:Success"></samlp:StatusCode></samlp:Status>` +
  `${assertion}</samlp:Response>`;

/** The assertion, up to where its signature goes (SAML 2.0 core, 2.3.3: after the issuer) and from there. */
const assertionParts = (made: Made): readonly [string, string] => {
  const { order, entityId, audience, assertionId, issuedAt, endsAt } = made;
  return [
    `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${assertionId}" IssueInstant="${issuedAt}" Version="2.0">` +
      `<saml:Issuer>${text(entityId)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="${SAML}:nameid-format:persistent">${text(order.entitlementId)}</saml:NameID>` +
      `<saml:SubjectConfirmation Method="${SAML}:cm:bearer">` +
      `<saml:SubjectConfirmationData NotOnOrAfter="${endsAt}" Recipient="${attribute(audience)}"></saml:SubjectConfirmationData>` +
      `</saml:SubjectConfirmation></saml:Subject>` +
      `<saml:Conditions NotBefore="${issuedAt}" NotOnOrAfter="${endsAt}">` +
      `<saml:AudienceRestriction><saml:Audience>${text(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
      `<saml:AuthnStatement AuthnInstant="${issuedAt}"><saml:AuthnContext>` +
      `<saml:AuthnContextClassRef>${SAML}:ac:classes:unspecified</saml:AuthnContextClassRef>` +
      `</saml:AuthnContext></saml:AuthnStatement>` +
      `<saml:AttributeStatement>${attributesOf(order).map(attributeXml).join('')}</saml:AttributeStatement></saml:Assertion>`,
  ];
};

/** IAM user guide, SAML attributes: which role by which provider, and who the session is. */
const attributesOf = (order: RoleSessionOrder): readonly (readonly [string, readonly string[]])[] => [
  ['Role', [`${order.roleArn},${order.providerArn ?? ''}`]],
  ['RoleSessionName', [order.sessionName]],
  ['SessionDuration', [String(order.durationSeconds)]],
  ['SourceIdentity', [order.sourceIdentity]],
  ...Object.entries(order.tags).map(([key, value]) => [`PrincipalTag:${key}`, [value]] as const),
  ...(order.transitive ? [['TransitiveTagKeys', Object.keys(order.tags)] as const] : []),
];

const attributeXml = ([name, values]: readonly [string, readonly string[]]): string =>
  `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${attribute(name)}">` +
  values.map((value) => `<saml:AttributeValue>${text(value)}</saml:AttributeValue>`).join('') +
  `</saml:Attribute>`;

/** XML Signature, 4.4: over the assertion without its signature. As canonical form has it, with the namespace that its place brings. */
const signedInfoOf = (assertionId: string, assertion: string): string =>
  `<ds:SignedInfo xmlns:ds="${DSIG}"><ds:CanonicalizationMethod Algorithm="${C14N}"></ds:CanonicalizationMethod>` +
  `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>` +
  `<ds:Reference URI="#${assertionId}"><ds:Transforms>` +
  `<ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${C14N}"></ds:Transform>` +
  `</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>` +
  `<ds:DigestValue>${createHash('sha256').update(assertion).digest('base64')}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** xml-c14n, 2.3: of what can stand in an order, which has no control characters. */
const text = (raw: string): string => raw.replaceAll(/[&<>]/g, (letter) => ESCAPES[letter] ?? '');
const attribute = (raw: string): string => raw.replaceAll(/[&<"]/g, (letter) => ESCAPES[letter] ?? '');
