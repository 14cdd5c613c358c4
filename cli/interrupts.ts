import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { Failure } from './failure.ts';
import { clearLiveLine } from './live-line.ts';
import { report } from './report.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
export type HeededSignal = (typeof SIGNALS)[number];

const unfinished = new Map<string, () => boolean>();
let heeded: ((signal: HeededSignal) => void) | undefined;

/** From now on a signal ends the command with a sentence, and leaves nothing half-written. */
export const heedSignals = (json: boolean): void => {
  process.on('exit', tidyUp);
  heeded = (signal) => {
    clearLiveLine();
    void report(new Failure(130, 'interrupted', { next: 'nothing is half done' }), json).then(() => {
      process.exit(128 + constants.signals[signal]);
    });
  };
  for (const signal of SIGNALS) process.on(signal, heeded);
};

/** Hands the signals to somebody who knows better, those too that have come and were not told yet; returns how to take them back. */
export const handSignalsTo = (other: (signal: HeededSignal) => void): (() => void) => {
  const before = heeded;
  for (const signal of SIGNALS) {
    // First on, then off: what has come is dropped by Node once nobody listens.
    process.on(signal, other);
    if (before) process.off(signal, before);
  }
  return () => {
    for (const signal of SIGNALS) {
      if (before) process.on(signal, before);
      process.off(signal, other);
    }
  };
};

/**
 * A file that must not outlive this command should it end in the midst; the returned function says that all is well.
 * @param isOurs asked then, for a file whose name others use too
 */
export const unfinishedFile = (path: string, isOurs: () => boolean = () => true): (() => void) => {
  unfinished.set(path, isOurs);
  return () => {
    unfinished.delete(path);
  };
};

/** NB. what runs when a process exits runs to its end at once, or not at all. */
const tidyUp = (): void => {
  for (const [path, isOurs] of unfinished) {
    try {
      if (isOurs()) rmSync(path, { force: true });
    } catch {
      // It is gone, or nobody's.
    }
  }
};
