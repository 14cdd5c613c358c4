import { createHash } from 'node:crypto';
import { readSamlMetadata } from '../../../lib/config/saml-provider-metadata.ts';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import { idpInitiated, verifySamlResponse } from '../../../lib/identity/saml/verify-response.ts';
import type { VerifiedSaml } from '../../../lib/identity/saml/verify-response.ts';
import { AwsFault } from '../fault.ts';
import type { UnsignedCall } from '../service.ts';
import { POLICY, readDuration, refuseUnsupported, ROLE_ARN } from './assume-role-input.ts';
import type { AssumedRole } from './assume-role.ts';
import { openFederated } from './federated.ts';
import { Validation } from './parameters.ts';
import type { Parameters } from '../query.ts';

/** Where responses go, which is also whom they are for, by partition (IAM user guide, SAML assertions). */
const SIGN_IN: ReadonlyMap<string, string> = new Map([
  ['aws', 'https://signin.aws.amazon.com/saml'],
  ['aws-us-gov', 'https://signin.amazonaws-us-gov.com/saml'],
  ['aws-cn', 'https://signin.amazonaws.cn/saml'],
]);

const ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/';
const TAG = `${ATTRIBUTES}PrincipalTag:`;
const PROVIDER_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):saml-provider\/([\w.-]{1,128})$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

export interface AssumedBySaml extends AssumedRole {
  readonly subject: string;
  readonly subjectType: string;
  readonly issuer: string;
  readonly audience: string;
  readonly nameQualifier: string;
}

/** Opens a role session for a response of a SAML provider that the role's account trusts. Throws AwsFaults with the codes of STS. */
export function assumeRoleWithSaml(call: UnsignedCall, parameters: Parameters): AssumedBySaml {
  const input = readInput(parameters);
  call.notes.resource = input.roleArn;
  const [, partition = '', account = '', name = ''] = PROVIDER_ARN.exec(input.provider) ?? [];
  if (input.roleArn.split(':')[4] !== account) throw invalid('The provider is of another account than the role');
  const audience = SIGN_IN.get(partition) ?? '';
  const response = verified(call, { account, name, audience, base64: input.response });
  const attribute = (what: string) => response.attributes.get(ATTRIBUTES + what) ?? [];
  refuseOtherRoles(attribute('Role'), input);
  const nameQualifier = createHash('sha1').update(`${response.issuer}${account}/${name}`).digest('base64');
  const subjectType = (response.nameIdFormat ?? '').replace('urn:oasis:names:tc:SAML:2.0:nameid-format:', '');
  const assumed = openFederated(call, {
    ...{ action: 'sts:AssumeRoleWithSAML', provider: input.provider, roleArn: input.roleArn, policy: input.policy },
    roleSessionName: sessionNameIn(attribute('RoleSessionName')),
    durationSeconds: durationOf(input.durationSeconds, response, call.now),
    sourceIdentity: attribute('SourceIdentity')[0],
    tags: tagsIn(response),
    transitiveTagKeys: attribute('TransitiveTagKeys'),
    claims: [
      ['SAML:aud', [audience]],
      ['SAML:iss', [response.issuer]],
      ['SAML:sub', [response.nameId]],
      ['SAML:sub_type', [subjectType]],
      ['SAML:namequalifier', [nameQualifier]],
    ],
  });
  return { ...assumed, subject: response.nameId, subjectType, issuer: response.issuer, audience, nameQualifier };
}

function readInput(parameters: Parameters) {
  const input = {
    roleArn: parameters.get('RoleArn') ?? '',
    provider: parameters.get('PrincipalArn') ?? '',
    response: parameters.get('SAMLAssertion') ?? '',
    policy: parameters.get('Policy'),
    durationSeconds: readDuration(parameters.get('DurationSeconds')),
  };
  const validation = new Validation();
  validation.text('roleArn', parameters.get('RoleArn'), ROLE_ARN);
  validation.text('principalArn', parameters.get('PrincipalArn'), ROLE_ARN);
  validation.number('sAMLAssertion.length', input.response.length, 4, 100_000);
  validation.number('durationSeconds', input.durationSeconds, 900, 43_200);
  if (input.policy !== undefined) validation.text('policy', input.policy, POLICY);
  validation.finish();
  refuseUnsupported(parameters);
  return input;
}

interface Sent {
  readonly account: string;
  readonly name: string;
  readonly audience: string;
  readonly base64: string;
}

function verified(call: UnsignedCall, { account, name, audience, base64 }: Sent): VerifiedSaml {
  const provider = call.world.samlProvider(account, name);
  const idp = provider && readSamlMetadata(provider.metadata);
  if (!idp || 'code' in idp) throw invalid('Specified provider does not exist');
  try {
    return verifySamlResponse(base64, {
      ...{ idp, spEntityId: audience, recipient: audience },
      ...{ now: call.now.toISOString(), inResponseTo: idpInitiated },
    });
  } catch (cause) {
    if (!(cause instanceof AssertionRefused)) throw cause;
    if (cause.fault !== 'expired') throw invalid(`Invalid SAML response: ${cause.fault}`);
    throw new AwsFault(400, 'ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance');
  }
}

/** A value names a role and a provider, in either order. */
function refuseOtherRoles(pairs: readonly string[], input: { roleArn: string; provider: string }): void {
  const named = pairs.map((pair) => new Set(pair.split(',').map((arn) => arn.trim())));
  if (named.some((pair) => pair.size === 2 && pair.has(input.roleArn) && pair.has(input.provider))) return;
  throw new AwsFault(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML', 'not in Role');
}

function sessionNameIn([name = '', ...more]: readonly string[]): string {
  if (more.length === 0 && SESSION_NAME.test(name)) return name;
  throw invalid('RoleSessionName is required in AuthnResponse');
}

/** As long as was asked for, or until `SessionNotOnOrAfter` if that is sooner (API reference, AssumeRoleWithSAML). */
function durationOf(asked: number, { sessionNotOnOrAfter }: VerifiedSaml, now: Date): number {
  if (sessionNotOnOrAfter === undefined) return asked;
  return Math.min(asked, Math.floor((Date.parse(sessionNotOnOrAfter) - now.getTime()) / 1000));
}

function tagsIn({ attributes }: VerifiedSaml): Record<string, string> {
  const tags = [...attributes].filter(([name]) => name.startsWith(TAG));
  return Object.fromEntries(
    tags.map(([name, [value, ...more]]) => {
      if (value === undefined || more.length > 0) throw invalid('A principal tag has one value');
      return [name.slice(TAG.length), value];
    }),
  );
}

function invalid(message: string): AwsFault {
  return new AwsFault(400, 'InvalidIdentityToken', message);
}
