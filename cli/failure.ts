/** 1 the server refused, 2 wrong usage, 3 not signed in, 4 the server is away or failing. */
export type ExitCode = 1 | 2 | 3 | 4;

/** Ends the command with one line on stderr: what is wrong, and what to do next. It never carries a secret. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Whether it is this error of the operating system. */
export const isErrno = (error: unknown, code: 'EEXIST' | 'ENOENT'): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

export const notSignedIn = (server: string, why = 'not signed in', options?: { cause?: unknown }): Failure =>
  new Failure(3, `${why}; run: hatcheck login --server ${server}`, options);

export const unknownAnswer = (server: string): Failure =>
  new Failure(4, `${server} answered as no Hatcheck does; is the address right?`);

/** Somebody else's text on one line of a terminal: no control characters, bounded. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
