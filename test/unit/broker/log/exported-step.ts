import type { ExportPart } from '../../../../lib/broker/log/verify-lines.ts';
import type { Line } from '../../../../lib/broker/log/verify-line.ts';
import { type LogStep, exportLine } from '../../../support/audit-log.ts';

/** What an export holds of one checkpoint, taken apart so that a test may alter it. */
export interface ExportedStep {
  readonly step: LogStep;
  readonly lines: readonly string[];
  readonly leaves: readonly string[];
}

export const exportedStep = (step: LogStep): ExportedStep => ({
  step,
  lines: step.events.map((event, at) => exportLine(step.first + at, event)),
  leaves: step.events.map(({ hash }) => hash),
});

export const LINES_IN_FILE = 10;

/** Where a line stands that is at this position among the events of its checkpoint. */
export const fileAndLine = ({ seq, at }: LogStep, position: number): Pick<Line, 'file' | 'line'> => {
  const part = String(Math.floor(position / LINES_IN_FILE)).padStart(4, '0');
  const name = `events/dt=${at.slice(0, 10)}/${String(seq).padStart(10, '0')}-${part}.jsonl`;
  return { file: name, line: (position % LINES_IN_FILE) + 1 };
};

/** As a folder would have it. */
export const partOf = ({ step, lines, leaves }: ExportedStep): ExportPart => {
  const { seq, checkpoint, signature, kid, first, at } = step;
  const date = at.slice(0, 10);
  const content = Buffer.from(JSON.stringify({ seq, checkpoint, signature, kid, first, leaves }));
  return {
    ...{ file: `checkpoints/dt=${date}/${String(seq).padStart(10, '0')}.json`, seq, date },
    content: () => Promise.resolve(content),
    lines: () => each(lines.map((text, position) => ({ ...fileAndLine(step, position), text }))),
  };
};

export async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* values;
}
