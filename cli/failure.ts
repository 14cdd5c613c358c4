import { visibleLine } from './shown/visible.ts';

/** How a command ends, by kind of failure: what scripts go by, and never reordered. `docs/cli.md` shows it. */
export const EXIT_CODES = {
  1: { kind: 'refused', means: 'refused by the server, or what was checked is not as it should be' },
  2: { kind: 'usage', means: 'wrong usage, or a file that cannot be read' },
  3: { kind: 'not_signed_in', means: 'nobody is signed in, or the sign-in is over' },
  4: { kind: 'unavailable', means: 'the server is away or failing; later it may work' },
  5: { kind: 'incompatible', means: 'the server is newer than this command, which does not understand it' },
  6: { kind: 'over', means: 'the request was denied, cancelled, revoked or ended, or its time is over' },
  7: {
    kind: 'machine',
    means: 'this machine does not keep what must be kept: disk full, no permission, keyring locked',
  },
  8: { kind: 'clock', means: 'the clock of this machine is wrong; AWS would refuse what it signs' },
  9: { kind: 'still_pending', means: 'nobody has decided yet; the request stays as it is' },
  70: { kind: 'fault', means: 'a fault in hatcheck itself' },
  126: { kind: 'not_executable', means: '`hatcheck exec`: the command cannot be run' },
  127: { kind: 'no_command', means: '`hatcheck exec`: there is no such command' },
  130: { kind: 'interrupted', means: 'interrupted by Ctrl-C or a signal; nothing is half done' },
} as const satisfies Readonly<Record<number, { kind: string; means: string }>>;

export type ExitCode = keyof typeof EXIT_CODES;

interface More {
  readonly cause?: unknown;
  /** Stable: the problem's code where the server said no. */
  readonly code?: string;
  /** What to do next, as a sentence or a command. */
  readonly next?: string;
  /** Whose answer it is about. */
  readonly server?: string;
}

/** Ends the command with one line on stderr: what is wrong, and what to do next. It never carries a secret. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly next: string | undefined;
  readonly server: string | undefined;

  constructor(exitCode: ExitCode, message: string, { code, next, server, ...options }: More = {}) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.code = code ?? EXIT_CODES[exitCode].kind;
    this.next = next;
    this.server = server;
  }
}

/** Whether it is this error of the operating system. */
export const isErrno = (error: unknown, code: 'EEXIST' | 'ENOENT' | 'ESRCH'): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

export const notSignedIn = (server: string, why = 'not signed in', options?: { cause?: unknown }): Failure =>
  new Failure(3, why, { ...options, next: `run: hatcheck login --server ${server}` });

export const UNKNOWN_ANSWER = 'unknown_answer';

/** Whether it is a newer Hatcheck's is asked before this is shown. */
export const unknownAnswer = (server: string): Failure =>
  new Failure(4, `${server} answered as no Hatcheck does`, {
    ...{ code: UNKNOWN_ANSWER, next: 'is the address right?', server },
  });

/** Somebody else's text on one line of a terminal: what cannot be seen in it as its code point, bounded. */
export const oneLine = (text: string): string => visibleLine(text.slice(0, 300));
