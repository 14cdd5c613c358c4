import { type FileHandle, open } from 'node:fs/promises';
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
  let begun = Buffer.alloc(0);
  for await (const chunk of chunksOf(file)) {
    bytes += chunk.length;
    const pieces = split(Buffer.concat([begun, chunk]));
    begun = pieces.pop() ?? begun;
    if (begun.length > MAX_LINE_BYTES) throw new Failure(2, `${path} has a line that is too long`);
    for (const piece of pieces) yield textOf(piece, path, garbled);
    read(size > 0 ? bytes / size : undefined);
  }
  if (begun.length > 0) yield textOf(begun, path, garbled);
}

const CHUNK_BYTES = 256 * 1024;

/** What was read is good until the next is asked for. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

const LF = 0x0a;

/** At least one piece: what stands behind the last line's end. */
const split = (bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer>[] => {
  const pieces = [];
  let from = 0;
  for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, from)) {
    pieces.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return [...pieces, bytes.subarray(from)];
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
