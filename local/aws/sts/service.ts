import { AwsFault } from '../fault.ts';
import { answerQuery, queryFault } from '../query.ts';
import type { Parameters, QueryOperation } from '../query.ts';
import { SIGNATURE_FAULTS } from '../service.ts';
import type { Service, ServiceCall, UnsignedCall } from '../service.ts';
import { sessionArn } from '../session.ts';
import type { Credentials } from '../session.ts';
import type { XmlElements } from '../xml.ts';
import { assumeRole } from './assume-role.ts';
import type { AssumedRole } from './assume-role.ts';
import { assumeRoleWithSaml } from './saml.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';

const QUERY = { prefix: 'sts', version: '2011-06-15' };

/** AWS does not say how long a session token may become; this is more than any that is made here. */
const TOKEN_BYTES = 8192;

/** Operations whose parameters carry their own proof. */
const UNSIGNED: ReadonlyMap<string, QueryOperation<UnsignedCall>> = new Map<string, QueryOperation<UnsignedCall>>([
  ['AssumeRoleWithWebIdentity', answerWebIdentity],
  ['AssumeRoleWithSAML', answerSaml],
]);

const SIGNED: ReadonlyMap<string, QueryOperation<ServiceCall>> = new Map<string, QueryOperation<ServiceCall>>([
  ...UNSIGNED,
  ['AssumeRole', answerAssumeRole],
  ['GetCallerIdentity', answerCallerIdentity],
]);

function answerAssumeRole(call: ServiceCall, parameters: Parameters): XmlElements {
  const assumed = assumeRole(call, parameters);
  return {
    ...assumedXml(assumed),
    SessionTokenSize: assumed.credentials.sessionToken.length,
    SessionTokenUtilization: Math.ceil((assumed.credentials.sessionToken.length / TOKEN_BYTES) * 100),
  };
}

async function answerWebIdentity(call: UnsignedCall, parameters: Parameters): Promise<XmlElements> {
  const { subject, audience, provider, ...assumed } = await assumeRoleWithWebIdentity(call, parameters);
  return {
    ...assumedXml(assumed),
    SubjectFromWebIdentityToken: subject,
    Audience: audience,
    Provider: provider,
  };
}

function answerSaml(call: UnsignedCall, parameters: Parameters): XmlElements {
  const { subject, subjectType, issuer, audience, nameQualifier, ...assumed } = assumeRoleWithSaml(call, parameters);
  return {
    ...assumedXml(assumed),
    ...{ Subject: subject, SubjectType: subjectType, Issuer: issuer, Audience: audience, NameQualifier: nameQualifier },
  };
}

function assumedXml(assumed: AssumedRole): XmlElements {
  return {
    AssumedRoleUser: { AssumedRoleId: assumed.assumedRoleId, Arn: assumed.arn },
    Credentials: credentialsXml(assumed.credentials),
    PackedPolicySize: assumed.packedPolicySize,
    SourceIdentity: assumed.sourceIdentity,
  };
}

/** AWS answers this one whatever a policy denies. */
function answerCallerIdentity({ role, session }: ServiceCall): XmlElements {
  return { Arn: sessionArn(role, session), UserId: `${role.id}:${session.name}`, Account: role.account };
}

function credentialsXml({ accessKeyId, secretAccessKey, sessionToken, expiration }: Credentials): XmlElements {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/** An operation that wants a signature is refused for the lack of one, and not as if it were unknown. */
const refuseUnsigned = (action: string): void => {
  if (SIGNED.has(action)) throw sts.signatureFaults.missing_token;
};

/** STS: the query protocol of version 2011-06-15. */
export const sts: Service = {
  skewSeconds: 300,
  signatureFaults: {
    ...SIGNATURE_FAULTS,
    wrong_body_hash: new AwsFault(403, 'SignatureDoesNotMatch', 'The body is not the one that was signed'),
    mismatch: new AwsFault(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  },
  answer: (call) => answerQuery(QUERY, SIGNED, call),
  answerUnsigned: (call) => answerQuery(QUERY, UNSIGNED, call, refuseUnsigned),
  renderFault: queryFault(QUERY),
};
