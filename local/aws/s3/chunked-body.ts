import { UNSIGNED_TRAILER } from '../sigv4.ts';
import type { WireRequest } from '../wire.ts';
import { AwsFault } from '../fault.ts';
import { notImplemented } from './faults.ts';

const CRLF = '\r\n';

/**
 * The request as it would be in one piece (Amazon S3 API reference, "Transmitting payloads in chunks with trailing headers"): the body's chunks put
 * together, and the checksum that came behind them among the headers. Any other request as it is. Throws an AwsFault for a body that is cut off.
 */
export const unchunked = (request: WireRequest): WireRequest => {
  const { headers } = request;
  const isChunked = headers.get('content-encoding')?.includes('aws-chunked') === true;
  if (headers.get('x-amz-content-sha256') !== UNSIGNED_TRAILER) {
    // In signed chunks: nobody here sends any.
    if (isChunked) throw notImplemented();
    return request;
  }
  const { body, trailer } = read(request.body);
  const [name = '', value = ''] = /^([^:]*):(.*)$/.exec(trailer)?.slice(1) ?? [];
  if (name !== headers.get('x-amz-trailer')) {
    throw new AwsFault(400, 'MalformedTrailerError', 'The request contained trailing data that was not well-formed');
  }
  if (String(body.length) !== headers.get('x-amz-decoded-content-length')) throw cutOff();
  const whole = new Map(headers);
  whole.delete('x-amz-trailer');
  return { ...request, body, headers: whole.set(name, value.trim()) };
};

const read = (chunked: Buffer): { readonly body: Buffer; readonly trailer: string } => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = chunked.indexOf(CRLF, at);
    const size = /^[0-9a-f]{1,8}$/i.exec(chunked.toString('latin1', at, Math.max(at, end)))?.[0];
    if (size === undefined) throw cutOff();
    const start = end + CRLF.length;
    const length = parseInt(size, 16);
    if (length === 0) return { body: Buffer.concat(chunks), trailer: chunked.toString('latin1', start).trimEnd() };
    at = start + length + CRLF.length;
    if (chunked.toString('latin1', at - CRLF.length, at) !== CRLF) throw cutOff();
    chunks.push(chunked.subarray(start, start + length));
  }
};

const cutOff = (): AwsFault => new AwsFault(400, 'IncompleteBody', 'The request body terminated unexpectedly');
