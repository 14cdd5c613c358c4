import { createLogger } from '../../lib/logger.ts';
import type { Logger } from '../../lib/logger.ts';

export const silentLogger: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A real logger whose lines are kept: `text()` is all of it, for canaries; `lines()` is each parsed. */
export const recordingLogger = () => {
  const written: string[] = [];
  const logger = createLogger('test', {
    write: (line) => written.push(line),
    clock: () => new Date('2026-11-22T10:00:00.000Z'),
  });
  return {
    logger,
    text: (): string => written.join(''),
    lines: (): Record<string, unknown>[] => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};
