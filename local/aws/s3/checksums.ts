import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsFault } from '../fault.ts';
import type { WireRequest } from '../wire.ts';
import { invalidRequest, notImplemented } from './faults.ts';

const PREFIX = 'x-amz-checksum-';
/** Say how a checksum is to be given or was made; they are none. */
const ABOUT = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-mode', 'x-amz-checksum-type']);

const ALGORITHMS: Readonly<Record<string, (body: Buffer) => string>> = {
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  crc32: (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString('base64');
  },
};

export interface Checksum {
  readonly name: string;
  readonly value: string;
}

/**
 * What the client says of its body, checked (S3 user guide, checking object integrity): the one `x-amz-checksum-` header, or undefined without one.
 * Throws an AwsFault for a checksum that is not the body's, for several, and for an algorithm that is not known here.
 */
export const checkedChecksum = ({ headers, body }: WireRequest): Checksum | undefined => {
  const md5 = headers.get('content-md5');
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) throw badDigest('Content-MD5');
  // What comes behind the body is put among the headers by whoever takes a body in chunks.
  if (headers.has('x-amz-trailer')) throw notImplemented();
  const [given, more] = [...headers].filter(([name]) => name.startsWith(PREFIX) && !ABOUT.has(name));
  if (more) throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (!given) return undefined;
  const [name, value] = given;
  const algorithm = ALGORITHMS[name.slice(PREFIX.length)];
  if (!algorithm) throw notImplemented();
  if (algorithm(body) !== value) throw badDigest(name.slice(PREFIX.length).toUpperCase());
  return { name, value };
};

/** Whether anything at all vouches for the body, as Object Lock wants it. */
export const hasChecksum = ({ headers }: WireRequest, checked: Checksum | undefined): boolean =>
  checked !== undefined || headers.has('content-md5');

const badDigest = (what: string): AwsFault =>
  new AwsFault(400, 'BadDigest', `The ${what} you specified did not match the calculated checksum.`);
