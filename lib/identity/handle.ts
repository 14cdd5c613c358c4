import { createHmac } from 'node:crypto';
import type { Handle } from '../domain/principal.ts';

/** An issuer's URL or entityID (SAML Core 8.3.6: at most 1024 characters). */
const MAX_ISSUER_LENGTH = 1024;

/** The longest subject that a protocol has: a SAML NameID (Core 8.3.7); an OpenID `sub` has at most 255 characters (Core 2). */
export const MAX_SUBJECT_LENGTH = 256;

/** As many characters as 128 bits take in hexadecimal. */
const MIN_PEPPER_LENGTH = 32;

/**
 * The name under which events know a principal. JSON of the pair, so that no two pairs are the same text; keyed, so that whoever reads
 * the ledger cannot try e-mail addresses until one fits.
 *
 * @throws TypeError for a pepper of less than 32 characters, and for a pair that is empty, too long or not well-formed Unicode (the
 *   caller has checked it: two different broken texts would become the same UTF-8).
 */
export const handleOf = (pepper: string, issuer: string, subject: string): Handle => {
  if (pepper.length < MIN_PEPPER_LENGTH) throw new TypeError(`the pepper needs ${MIN_PEPPER_LENGTH} characters`);
  if (!isName(issuer, MAX_ISSUER_LENGTH) || !isName(subject, MAX_SUBJECT_LENGTH))
    throw new TypeError('issuer and subject must be well-formed, not empty, and within their bounds');
  return `p_${createHmac('sha256', pepper)
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')}`;
};

const isName = (text: string, maxLength: number): boolean =>
  text.length > 0 && text.length <= maxLength && text.isWellFormed();
