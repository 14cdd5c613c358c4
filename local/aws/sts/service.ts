import { AwsFault } from '../fault.ts';
import { SIGNATURE_FAULTS } from '../service.ts';
import type { Service, ServiceCall, UnsignedCall } from '../service.ts';
import { sessionArn } from '../session.ts';
import type { Credentials } from '../session.ts';
import type { Answer } from '../wire.ts';
import { xmlDocument } from '../xml.ts';
import type { XmlElements } from '../xml.ts';
import { assumeRole } from './assume-role.ts';
import type { AssumedRole } from './assume-role.ts';
import { assumeRoleWithSaml } from './saml.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';
import { readParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';

const VERSION = '2011-06-15';
const NAMESPACE = `https://sts.amazonaws.com/doc/${VERSION}/`;

/** AWS does not say how long a session token may become; this is more than any that is made here. */
const TOKEN_BYTES = 8192;

type Operation<Call> = (call: Call, parameters: Parameters) => XmlElements | Promise<XmlElements>;

/** Operations whose parameters carry their own proof. */
const UNSIGNED: ReadonlyMap<string, Operation<UnsignedCall>> = new Map<string, Operation<UnsignedCall>>([
  ['AssumeRoleWithWebIdentity', answerWebIdentity],
  ['AssumeRoleWithSAML', answerSaml],
]);

const SIGNED: ReadonlyMap<string, Operation<ServiceCall>> = new Map<string, Operation<ServiceCall>>([
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

async function answerWith<Call extends UnsignedCall>(
  operations: ReadonlyMap<string, Operation<Call>>,
  call: Call,
): Promise<Answer> {
  const parameters = readParameters(call.request.method === 'GET' ? call.request.query : call.request.body.toString());
  const action = parameters.get('Action') ?? '';
  call.notes.action = `sts:${action}`;
  const operation = parameters.get('Version') === VERSION ? operations.get(action) : undefined;
  if (!operation) {
    if (SIGNED.has(action) && !('session' in call)) throw sts.signatureFaults.missing_token;
    throw new AwsFault(400, 'InvalidAction', `Could not find operation ${action} for version ${VERSION}`);
  }
  const content = {
    [`${action}Result`]: await operation(call, parameters),
    ResponseMetadata: { RequestId: call.requestId },
  };
  return xmlAnswer(200, xmlDocument(`${action}Response`, content, NAMESPACE));
}

function xmlAnswer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'cache-control': 'no-store' }, body };
}

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
  answer: (call) => answerWith(SIGNED, call),
  answerUnsigned: (call) => answerWith(UNSIGNED, call),
  renderFault: (fault, requestId) => {
    const error = { Type: fault.status < 500 ? 'Sender' : 'Receiver', Code: fault.code, Message: fault.message };
    return xmlAnswer(fault.status, xmlDocument('ErrorResponse', { Error: error, RequestId: requestId }, NAMESPACE));
  },
};
