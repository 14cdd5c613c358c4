import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** util-linux has it: a command under a pseudo-terminal, whose keys are our stdin. */
const SCRIPT = '/usr/bin/script';

export const hasTerminal = existsSync(SCRIPT);
export const terminalName = hasTerminal ? SCRIPT : `missing: ${SCRIPT}`;

/** `hatcheck` as somebody has it before them at a terminal. */
export interface Terminal {
  /** Waits until it shows this, after what was seen before. */
  see(what: RegExp): Promise<string>;
  type(keys: string): void;
  /** Everything that was shown, as it came. */
  raw(): string;
  /** The exit code. */
  ended(): Promise<number | null>;
}

export const ENTER = '\r';
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

const running = new Set<ChildProcess>();

/** Hangs up those that a test left behind. */
export const leaveTerminals = (): void => {
  for (const child of running) child.kill('SIGTERM');
};

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

export const atTerminal = (words: readonly string[], env: Readonly<Record<string, string>>): Terminal => {
  const command = [process.execPath, resolve('cli/hatcheck.ts'), ...words].map(quote).join(' ');
  const child = spawn(SCRIPT, ['-q', '-e', '-c', command, '/dev/null'], {
    env: { HATCHECK_KEYRING: 'off', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.add(child);
  const [end, shown] = [Promise.withResolvers<number | null>(), new EventTarget()];
  let all = '';
  let seenTo = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
    shown.dispatchEvent(new Event('more'));
  });
  child.once('close', (code) => {
    running.delete(child);
    end.resolve(code);
    shown.dispatchEvent(new Event('more'));
  });
  const unseen = (): string => stripVTControlCharacters(all).slice(seenTo);
  return {
    see: async (what) => {
      for (;;) {
        const found = what.exec(unseen());
        if (found) {
          seenTo += found.index + found[0].length;
          return found[0];
        }
        if (child.exitCode !== null) throw new Error(`it ended without ${what}: ${unseen()}`);
        await new Promise((resolve) => {
          shown.addEventListener('more', resolve, { once: true });
        });
      }
    },
    type: (keys) => child.stdin.write(keys),
    raw: () => all,
    ended: () => end.promise,
  };
};
