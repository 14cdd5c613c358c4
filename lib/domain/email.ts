/**
 * Whether two services mean the same mailbox. Capitals of ASCII do not count, since directories and ticket services write them as they
 * like; every other letter counts as it stands: Unicode's own folding makes one of letters that are two (K and the Kelvin sign).
 */
export const sameMailbox = (a: string, b: string): boolean => asciiFolded(a) === asciiFolded(b);

const asciiFolded = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * Whether a mail may be sent to it: one address, and nothing that a program could take for two, for a name or for a header (RFC 5321, 4.1.2,
 * without what is quoted; RFC 5890: other letters than ASCII's come encoded).
 */
export const isMailbox = (text: string): boolean => text.length <= 254 && MAILBOX.test(text);

const MAILBOX = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,20}[A-Za-z][A-Za-z0-9-]{0,62}$/;
