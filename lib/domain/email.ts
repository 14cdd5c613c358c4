/**
 * Whether two services mean the same mailbox. Capitals of ASCII do not count, since directories and ticket services write them as they
 * like; every other letter counts as it stands: Unicode's own folding makes one of letters that are two (K and the Kelvin sign).
 */
export const sameMailbox = (a: string, b: string): boolean => asciiFolded(a) === asciiFolded(b);

const asciiFolded = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
