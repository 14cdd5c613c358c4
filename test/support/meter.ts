import { createMeter } from '../../lib/metrics.ts';

/** A real meter whose lines are kept: `text()` is all of it, for canaries; `documents()` is each parsed. */
export const recordingMeter = (service: string) => {
  const written: string[] = [];
  const meter = createMeter(service, {
    stage: 'test',
    write: (line) => written.push(line),
    clock: () => new Date('2026-11-22T10:00:00.000Z'),
  });
  return {
    meter,
    text: (): string => written.join(''),
    documents: (): Record<string, unknown>[] => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};
