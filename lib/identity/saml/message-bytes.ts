import { AssertionRefused } from '../assertion-refused.ts';
import { checkTags } from './well-formed.ts';

/** A response with two hundred groups and a chain of certificates stays below it. Verification takes time with the length. */
const MAX_BYTES = 256 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** XML 1.0, 2.8. No other version and no other encoding: they would make two documents of the same bytes. */
const DECLARATION =
  /^<\?xml version=(["'])1\.0\1(?: encoding=(["'])[Uu][Tt][Ff]-8\2)?(?: standalone=(["'])(?:yes|no)\3)? ?\?>\s{0,8}/;

/** DOCTYPE, entities, comments, CDATA sections, processing instructions. Each has been a way past somebody's verifier. */
const FORBIDDEN = /<[!?]|\]\]>/;

/** XML 1.0, 2.2, what may stand as it is. NB. a U+FEFF anywhere is refused too: readers disagree about byte order marks. */
const NOT_A_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

const AMPERSAND = /&(?:(?:amp|lt|gt|quot|apos);|#x([0-9A-Fa-f]{1,6});|#([0-9]{1,7});)?/g;

/**
 * The posted value as XML text, before any parser has seen it.
 *
 * @param base64 at most 256 KiB once decoded
 * @throws AssertionRefused `too_large`, `malformed`, `forbidden_construct`
 */
export const xmlIn = (base64: string): string => {
  if (base64.length > MAX_BYTES * 1.5) throw new AssertionRefused('too_large');
  // Line breaks as in MIME are tolerated, since some providers wrap what they post.
  const compact = base64.replace(/\r?\n/g, '');
  const bytes = Buffer.from(compact, 'base64');
  // RFC 4648, 4. Canonical only, as for tokens: nothing but the alphabet, unused bits are zero and the padding is there.
  if (bytes.toString('base64') !== compact) throw new AssertionRefused('malformed');
  return scannedXml(bytes);
};

/**
 * The same of a bare assertion as RFC 8693, 3 and RFC 7522, 2.1 want it: base64url without padding or line breaks.
 *
 * @throws AssertionRefused `too_large`, `malformed`, `forbidden_construct`
 */
export const xmlInBase64url = (base64url: string): string => {
  if (base64url.length > MAX_BYTES * 1.5) throw new AssertionRefused('too_large');
  const bytes = Buffer.from(base64url, 'base64url');
  if (bytes.toString('base64url') !== base64url) throw new AssertionRefused('malformed');
  return scannedXml(bytes);
};

/** The same checks for what was decrypted. */
export const scannedXml = (bytes: Uint8Array): string => {
  if (bytes.length > MAX_BYTES) throw new AssertionRefused('too_large');
  const text = decoded(bytes).replace(DECLARATION, '');
  if (!text.startsWith('<')) throw new AssertionRefused('malformed');
  if (FORBIDDEN.test(text) || NOT_A_CHARACTER.test(text)) throw new AssertionRefused('forbidden_construct');
  checkReferences(text);
  checkTags(text);
  return text;
};

const decoded = (bytes: Uint8Array): string => {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new AssertionRefused('malformed', { cause });
  }
};

/** Only the five predefined entities and characters that could stand there themselves. */
const checkReferences = (text: string): void => {
  for (const [whole, hex, decimal] of text.matchAll(AMPERSAND)) {
    if (whole === '&') throw new AssertionRefused('forbidden_construct');
    const digits = hex ?? decimal;
    if (digits === undefined) continue;
    const code = Number.parseInt(digits, hex === undefined ? 10 : 16);
    if (code > 0x10ffff || NOT_A_CHARACTER.test(String.fromCodePoint(code)))
      throw new AssertionRefused('forbidden_construct');
  }
};
