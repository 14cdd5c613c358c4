import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Failure } from '../failure.ts';
import { handSignalsTo } from '../interrupts.ts';

/**
 * Runs a command in our place: our terminal is its own, and signals go to it.
 * @returns its exit code; 128 and the signal's number where a signal ended it
 * @throws Failure 127 where there is no such command, 126 where it cannot be run
 */
export const runChild = async (
  [command, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<number> => {
  const child = spawn(command, args, { env, stdio: 'inherit' });
  const takeBack = handSignalsTo((signal) => {
    // At a terminal, Ctrl-C goes to every process of the foreground by itself.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        reject(notRun(command, error));
      });
      child.once('close', (code, signal) => {
        resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]);
      });
    });
  } finally {
    takeBack();
  }
};

const notRun = (command: string, error: NodeJS.ErrnoException): Failure =>
  error.code === 'ENOENT'
    ? new Failure(127, `there is no command ${command}`, { cause: error })
    : new Failure(126, `${command} cannot be run: ${error.message}`, { cause: error });
