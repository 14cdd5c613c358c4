import { createHash } from 'node:crypto';

/**
 * What an event holds of a free text: base64url SHA-256 of the salt, a zero byte, and the text, in UTF-8. Without the salt, which is
 * deleted with the text, a short text could be guessed from its hash.
 *
 * @throws TypeError when the salt holds a zero byte, or either is not well-formed Unicode: two pairs could meet in one hash.
 */
export const hashText = (salt: string, text: string): string => {
  if (salt.includes('\0')) throw new TypeError('a salt holds no zero byte');
  if (!salt.isWellFormed() || !text.isWellFormed()) throw new TypeError('salt and text are well-formed Unicode');
  return createHash('sha256').update(`${salt}\0${text}`, 'utf8').digest('base64url');
};
