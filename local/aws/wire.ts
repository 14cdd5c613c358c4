import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** A request as it came over the wire, its body read. */
export interface WireRequest {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  /** By lower-case name; a repeated header's values are joined by commas, as SigV4 wants them. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly sourceIp: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | Readable;
}

/** The body was longer than allowed. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** Reads a request. Rejects with TooLarge as soon as the body passes `maxBytes`. */
export async function readRequest(incoming: IncomingMessage, maxBytes: number): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const [path = '/', ...query] = (incoming.url ?? '/').split('?');
  return {
    method: incoming.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: readHeaders(incoming.rawHeaders),
    body: Buffer.concat(chunks),
    sourceIp: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}
