import { open } from 'node:fs/promises';
import { Failure } from '../failure.ts';

/** A Lambda answers 6 MB at most ("Lambda quotas"), and a line is one answer. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * The lines of a file, one at a time, without their ends; never more of it in memory than one line and what was read with it.
 * @param read is told how much of the file was read: from 0 to 1, or undefined for a pipe
 * @param garbled what a line reads as that is no UTF-8
 * @throws Failure 2 for a line that no answer is as long as, and for what is no UTF-8 unless `garbled` is said; the file system's error
 */
export async function* linesOf(
  path: string,
  read: (share: number | undefined) => void = () => {},
  garbled?: string,
): AsyncGenerator<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  let bytes = 0;
  // One buffer for all of the file: what was read is yielded as text before more is read over it.
  let buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let begun = 0;
  for (;;) {
    if (begun === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
    const { bytesRead } = await file.read(buffer, begun, buffer.length - begun);
    if (bytesRead === 0) break;
    bytes += bytesRead;
    const end = begun + bytesRead;
    let from = 0;
    for (let to = lineEnd(buffer, begun, end); to !== -1; to = lineEnd(buffer, from, end)) {
      yield textOf(buffer.subarray(from, to), path, garbled);
      from = to + 1;
    }
    buffer.copyWithin(0, from, end);
    begun = end - from;
    if (begun > MAX_LINE_BYTES) throw new Failure(2, `${path} has a line that is too long`);
    read(size > 0 ? bytes / size : undefined);
  }
  if (begun > 0) yield textOf(buffer.subarray(0, begun), path, garbled);
}

const CHUNK_BYTES = 64 * 1024;

const LF = 0x0a;

/** -1 where none is read yet. */
const lineEnd = (buffer: Buffer, from: number, end: number): number => {
  const found = buffer.indexOf(LF, from);
  return found < end ? found : -1;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const textOf = (line: Buffer, path: string, garbled: string | undefined): string => {
  try {
    const text = utf8.decode(line);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  } catch (cause) {
    if (garbled !== undefined) return garbled;
    throw new Failure(2, `${path} is not UTF-8`, { cause });
  }
};
