import { AwsFault } from './fault.ts';
import type { ServiceCall } from './service.ts';
import type { Answer } from './wire.ts';

/** A service that is asked for an operation by the header `X-Amz-Target`, with JSON ("AWS JSON protocol"). */
export interface JsonService {
  /** As in policies: `kms`. */
  readonly prefix: string;
  /** What stands before the operation's name: `TrentService`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** What stands before a fault's code, with its `#`. */
  readonly namespaceOf: (code: string) => string;
}

/** The operation's name, noted for the record of calls; empty where none of this service's is asked for. */
export function operationOf({ prefix, target }: JsonService, call: ServiceCall): string {
  const [service, operation = '', ...more] = (call.request.headers.get('x-amz-target') ?? '').split('.');
  const name = service === target && more.length === 0 && /^[A-Za-z]+$/.test(operation) ? operation : '';
  call.notes.action = `${prefix}:${name}`;
  return name;
}

/** The body. Throws an AwsFault with this code unless it is JSON. */
export function readJsonBody(body: Buffer, code = 'SerializationException'): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsFault(400, code, 'The request is not JSON');
  }
}

export const jsonAnswer = ({ version }: JsonService, content: object, status = 200): Answer => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${version}` },
  body: JSON.stringify(content),
});

export const jsonFault =
  (service: JsonService) =>
  (fault: AwsFault, requestId: string): Answer => {
    const content = { __type: `${service.namespaceOf(fault.code)}${fault.code}`, message: fault.message };
    const answer = jsonAnswer(service, content, fault.status);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId } };
  };
