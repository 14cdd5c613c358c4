import { AwsFault } from '../fault.ts';
import { SIGNATURE_FAULTS } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import { readParameters } from '../sts/parameters.ts';
import type { Answer } from '../wire.ts';
import { xmlDocument } from '../xml.ts';
import { OPERATIONS } from './operations.ts';

const VERSION = '2010-05-08';
const NAMESPACE = `https://iam.amazonaws.com/doc/${VERSION}/`;

const answer = (call: ServiceCall): Answer => {
  const parameters = readParameters(call.request.body.toString());
  const action = parameters.get('Action') ?? '';
  call.notes.action = `iam:${action}`;
  const operation = parameters.get('Version') === VERSION ? OPERATIONS.get(action) : undefined;
  if (!operation) throw new AwsFault(400, 'InvalidAction', `Could not find operation ${action} for version ${VERSION}`);
  const result = operation(call, parameters);
  const content = { ...(result && { [`${action}Result`]: result }), ResponseMetadata: { RequestId: call.requestId } };
  return xmlAnswer(200, xmlDocument(`${action}Response`, content, NAMESPACE));
};

const xmlAnswer = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml', 'cache-control': 'no-store' },
  body,
});

/** IAM: what revocation needs of it, asked by the query protocol of version 2010-05-08. */
export const iam: Service = {
  skewSeconds: 300,
  signatureFaults: SIGNATURE_FAULTS,
  answer: (call) => Promise.resolve().then(() => answer(call)),
  renderFault: (fault, requestId) => {
    const error = { Type: fault.status < 500 ? 'Sender' : 'Receiver', Code: fault.code, Message: fault.message };
    return xmlAnswer(fault.status, xmlDocument('ErrorResponse', { Error: error, RequestId: requestId }, NAMESPACE));
  },
};
