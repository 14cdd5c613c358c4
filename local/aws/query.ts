import { AwsFault } from './fault.ts';
import type { UnsignedCall } from './service.ts';
import type { Answer } from './wire.ts';
import { type XmlElements, xmlDocument } from './xml.ts';

/** The members of a query-protocol request. */
export type Parameters = ReadonlyMap<string, string>;

/** Reads a form body. Throws an AwsFault MalformedInput when a parameter comes twice: nobody can say which one counts. */
function readParameters(form: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(form)) {
    if (parameters.has(name)) throw new AwsFault(400, 'MalformedInput', `Duplicate parameter ${name}`);
    parameters.set(name, value);
  }
  return parameters;
}

/** Answers with its result, or with nothing where the service answers with nothing. */
export type QueryOperation<Call> = (
  call: Call,
  parameters: Parameters,
) => XmlElements | undefined | Promise<XmlElements | undefined>;

/** A service that is asked by forms and answers in XML ("AWS Query protocol"). */
export interface QueryService {
  /** As in policies: `sts`. */
  readonly prefix: string;
  readonly version: string;
}

/**
 * Finds the operation, does it, and wraps its result as the service does.
 *
 * @param onUnknown what else to say of an action that is not among these, by throwing it
 */
export async function answerQuery<Call extends UnsignedCall>(
  service: QueryService,
  operations: ReadonlyMap<string, QueryOperation<Call>>,
  call: Call,
  onUnknown: (action: string) => void = () => undefined,
): Promise<Answer> {
  const { prefix, version } = service;
  const parameters = readParameters(call.request.method === 'GET' ? call.request.query : call.request.body.toString());
  const action = parameters.get('Action') ?? '';
  call.notes.action = `${prefix}:${action}`;
  const operation = parameters.get('Version') === version ? operations.get(action) : undefined;
  if (!operation) {
    onUnknown(action);
    throw new AwsFault(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`);
  }
  const result = await operation(call, parameters);
  const content = { ...(result && { [`${action}Result`]: result }), ResponseMetadata: { RequestId: call.requestId } };
  return xmlAnswer(200, xmlDocument(`${action}Response`, content, namespaceOf(service)));
}

export const queryFault =
  (service: QueryService) =>
  (fault: AwsFault, requestId: string): Answer => {
    const error = { Type: fault.status < 500 ? 'Sender' : 'Receiver', Code: fault.code, Message: fault.message };
    const content = { Error: error, RequestId: requestId };
    return xmlAnswer(fault.status, xmlDocument('ErrorResponse', content, namespaceOf(service)));
  };

const namespaceOf = ({ prefix, version }: QueryService): string => `https://${prefix}.amazonaws.com/doc/${version}/`;

const xmlAnswer = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml', 'cache-control': 'no-store' },
  body,
});
