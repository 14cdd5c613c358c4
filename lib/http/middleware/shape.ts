import { HatcheckError, refuse } from '../../domain/errors.ts';
import type { ContentType } from '../call.ts';
import { invalidInput } from '../faults.ts';
import type { Incoming } from '../incoming.ts';
import type { ApiMiddleware } from '../middleware.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** Four characters of base64 carry three bytes. */
const MAX_BASE64_LENGTH = Math.ceil(MAX_BODY_BYTES / 3) * 4;
const MAX_QUERY_LENGTH = 8 * 1024;

/** Sizes first, then bytes to text: nothing is parsed that is too large or no Unicode. */
export const shape = (): ApiMiddleware => ({
  before: ({ context: { call } }) => {
    const { incoming } = call;
    if (incoming.rawQueryString.length > MAX_QUERY_LENGTH)
      throw invalidInput([{ pointer: '?', code: 'too_long', detail: 'The query is too long.' }]);
    call.content = { text: bodyText(incoming), type: contentType(incoming.headers['content-type']) };
  },
});

const bodyText = ({ body, isBase64Encoded }: Incoming): string => {
  if (body.length > (isBase64Encoded ? MAX_BASE64_LENGTH : MAX_BODY_BYTES)) throw tooLarge();
  if (!isBase64Encoded) {
    if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw tooLarge();
    if (!body.isWellFormed()) throw illFormed();
    return body;
  }
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw illFormed();
  }
};

const tooLarge = () => new HatcheckError(refuse('too_large', 'body over 64 KiB'));
const illFormed = () => invalidInput([{ pointer: '', code: 'ill_formed_text', detail: 'The body is not UTF-8.' }]);

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?$/i;

const contentType = (header: string | undefined): ContentType => {
  const type = header?.trim() ?? '';
  if (type === '') return 'none';
  if (JSON_TYPE.test(type)) return 'json';
  return FORM_TYPE.test(type) ? 'form' : 'other';
};
