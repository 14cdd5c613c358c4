import { CommanderError } from 'commander';
import { EXIT_CODES, Failure, UNKNOWN_ANSWER, oneLine } from './failure.ts';
import { tooNew } from './server.ts';

/** Says on stderr why a command failed, for a person or, where asked for, as JSON; returns its exit code. */
export const report = async (error: unknown, json: boolean): Promise<number> => {
  // It has said so itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage(error, json);
  const failure = await explained(asFailure(error));
  if (json) process.stderr.write(`${JSON.stringify({ error: inJson(failure) })}\n`);
  // Nothing but one line: a stack is for us, and the AWS CLI shows its user whatever stands on stderr.
  else process.stderr.write(`hatcheck: ${inWords(failure)}\n`);
  return failure.exitCode;
};

const usage = ({ message }: CommanderError, json: boolean): number => {
  if (json) process.stderr.write(`${JSON.stringify({ error: inJson(new Failure(2, oneLine(message))) })}\n`);
  return 2;
};

const inWords = ({ message, next }: Failure): string =>
  oneLine(message) + (next === undefined ? '' : `; ${oneLine(next)}`);

const inJson = ({ exitCode, code, message, next }: Failure) => ({
  ...{ exitCode, kind: EXIT_CODES[exitCode].kind, code, message: oneLine(message) },
  ...(next === undefined ? {} : { next: oneLine(next) }),
});

/** Errors of the operating system are of this machine; those of reading what was named are wrong usage. */
const asFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return faultOf(error);
  const code = String(error.code);
  const next = NEXT_OF_ERRNO[code];
  if (next === undefined) return new Failure(2, error.message, { cause: error, code });
  return new Failure(7, error.message, { cause: error, code, next });
};

/** Node would show the line of the bundle in which it happened, and that is all of it. */
const faultOf = (error: unknown): Failure => {
  const where = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (process.env['HATCHECK_DEBUG'] !== undefined) process.stderr.write(`${where}\n`);
  return new Failure(70, `a fault in hatcheck itself: ${error instanceof Error ? error.message : 'of no known kind'}`, {
    ...{ cause: error, next: 'HATCHECK_DEBUG=1 shows where' },
  });
};

const NEXT_OF_ERRNO: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room and run it again',
  EDQUOT: 'your quota is used up: make room and run it again',
  EFBIG: 'no file may grow that large here; raise the limit and run it again',
  EROFS: 'the disk is read-only; HATCHECK_CONFIG_DIR may name another place',
};

/** Of an answer that is not understood: whether that is because the server is newer. */
const explained = async (failure: Failure): Promise<Failure> =>
  failure.code === UNKNOWN_ANSWER && failure.server !== undefined
    ? ((await tooNew(failure.server)) ?? failure)
    : failure;
