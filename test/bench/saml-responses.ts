import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { verifySamlResponse } from '../../lib/identity/saml/verify-response.ts';
import { certifiedKey } from '../support/certificate.ts';
import {
  ACS,
  IDP,
  NAME,
  type Part,
  REQUEST,
  SP,
  type Says,
  encode,
  responseXml,
  signXml,
} from '../support/saml-generator.ts';
import type { Contests, NamedContest } from './section.ts';

/** Of now, since the other library reads the clock. */
const honest = (nowMs: number, groups: number): Says => {
  const at = (seconds: number): string => new Date(nowMs + seconds * 1000).toISOString();
  const values = Array.from(
    { length: groups },
    (_, index) => `<saml:AttributeValue>engineering-${index}</saml:AttributeValue>`,
  );
  return {
    ...{ issueInstant: at(-1), notBefore: at(-60), notOnOrAfter: at(3600), confirmationEnd: at(3600) },
    ...{ authnInstant: at(-5), sessionEnd: at(28_800) },
    attributeStatements: `<saml:AttributeStatement><saml:Attribute Name="groups">${values.join('')}</saml:Attribute></saml:AttributeStatement>`,
  };
};

/** Both with one pinned certificate, issuer, audience and address; ours checks the answer's request besides, theirs does not. */
const contestOf = async (part: Part, groups: number): Promise<NamedContest> => {
  const key = certifiedKey();
  const nowMs = Date.now();
  const response = encode(signXml(responseXml(honest(nowMs, groups)), part, key));
  const expectation = {
    idp: { entityId: IDP, certificates: [key.certificate], ssoUrl: 'https://idp.example.com/sso' },
    ...{ spEntityId: SP, recipient: ACS, now: new Date(nowMs).toISOString(), inResponseTo: REQUEST },
  };
  const other = new SAML({
    ...{ idpCert: key.certificate, issuer: SP, callbackUrl: ACS, audience: SP, idpIssuer: IDP },
    ...{ wantAssertionsSigned: part === 'Assertion', wantAuthnResponseSigned: part === 'Response' },
    validateInResponseTo: ValidateInResponseTo.never,
  });
  const candidate = () => verifySamlResponse(response, expectation);
  const baseline = () => other.validatePostResponseAsync({ SAMLResponse: response });
  if (candidate().nameId !== NAME || (await baseline()).profile?.nameID !== NAME)
    throw new Error('a good response is refused');
  const name = `SAML, ${part} signed, ${Math.round((response.length * 0.75) / 1024)} KiB, against node-saml`;
  return { name, candidate, baseline, bound: 1.25 };
};

export const samlResponses: Contests = () =>
  Promise.all([contestOf('Assertion', 2), contestOf('Response', 2), contestOf('Assertion', 100)]);
