import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const DEFLATED = 8;

/**
 * The files of a zip archive, by name (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16: no comment, neither encrypted nor Zip64).
 * @throws Error where it is not such an archive.
 */
export const unzipped = (archive: Buffer): ReadonlyMap<string, Buffer> => {
  const end = archive.length - END_BYTES;
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error('no zip archive without a comment');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error('no entry where one should be');
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const nameBytes = name ?? 0;
    files.set(archive.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes), contentOf(archive, at));
    at += ENTRY_BYTES + nameBytes + (extra ?? 0) + (comment ?? 0);
  }
  return files;
};

const contentOf = (archive: Buffer, entry: number): Buffer => {
  const local = archive.readUInt32LE(entry + 42);
  const start = local + LOCAL_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + archive.readUInt32LE(entry + 20));
  return archive.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(packed) : packed;
};
