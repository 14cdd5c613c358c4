import { styleText } from 'node:util';

/** One line, with our own colours and no other control characters: what is shown may be somebody else's proposal, who could hide in it. */
export const say = (line: string): void => {
  process.stdout.write(`${line.replaceAll(/(\u001b\[(?:1|22|3[123]|39)m)|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, visibly)}\n`);
};

const visibly = (_found: string, colour: string | undefined): string => colour ?? '\ufffd';

/** For whoever looks on: not on stdout, which may be read by a program. */
export const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export const sayJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};

/** Colour only where a person looks: `NO_COLOR`, `FORCE_COLOR` and a pipe are heeded. */
export const green = (text: string): string => styleText('green', text, { stream: process.stdout });
export const red = (text: string): string => styleText('red', text, { stream: process.stdout });
export const yellow = (text: string): string => styleText('yellow', text, { stream: process.stdout });
export const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });

/** `1 fault`, `2 faults` */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
