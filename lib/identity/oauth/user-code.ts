import type { Chance } from '../ports.ts';

/** RFC 8628, 6.1: consonants alone, so that no code is a word; 20 to the 8 are 34.5 bits. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const USER_CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** What a byte must stay below, so that each letter is as likely as any other. */
const FAIR = 256 - (256 % ALPHABET.length);
const BYTES = 16;

/** A code for a person to type, without its hyphen. */
export const makeUserCode = (chance: Pick<Chance, 'token'>): string => {
  let code = '';
  while (code.length < LENGTH) code += fairLetters(Buffer.from(chance.token(BYTES), 'base64url'));
  return code.slice(0, LENGTH);
};

const fairLetters = (bytes: Uint8Array): string =>
  [...bytes]
    .filter((byte) => byte < FAIR)
    .map((byte) => ALPHABET.charAt(byte % ALPHABET.length))
    .join('');

/** The code that was typed, whatever its case and with or without hyphens and spaces; undefined when it can be none of ours. */
export const readUserCode = (typed: string): string | undefined => {
  const code = typed.toUpperCase().replaceAll(/[\s\p{Pd}]/gu, '');
  return USER_CODE.test(code) ? code : undefined;
};

/** As it is shown: `BCDF-GHJK`. */
export const shownUserCode = (code: string): string => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
