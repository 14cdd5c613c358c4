/** Bytes of one of the two numbers, on P-256. */
const SIZE = 32;

/**
 * What KMS answers, DER (RFC 3279, 2.2.3), as JWS wants it (RFC 7518, 3.4): the two numbers, 32 bytes each.
 * @throws TypeError when it is not exactly one such signature
 */
export const joinedSignature = (der: Uint8Array): Buffer => {
  const bytes = Buffer.from(der);
  const r = numberAt(bytes, 2);
  const s = numberAt(bytes, r.end);
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2 || s.end !== bytes.length) throw new TypeError('not DER');
  return Buffer.concat([padded(r.value), padded(s.value)]);
};

const numberAt = (bytes: Buffer, at: number): { value: Buffer; end: number } => {
  const length = bytes[at + 1] ?? 0;
  const end = at + 2 + length;
  if (bytes[at] !== 0x02 || length === 0 || end > bytes.length) throw new TypeError('not DER');
  return { value: bytes.subarray(at + 2, end), end };
};

/** A number is as long as it is large, with a zero in front where it would look negative. */
const padded = (value: Buffer): Buffer => {
  const digits = value.length > SIZE && value[0] === 0 ? value.subarray(1) : value;
  if (digits.length > SIZE) throw new TypeError('a number that is too long');
  return Buffer.concat([Buffer.alloc(SIZE - digits.length), digits]);
};
