import { inTurns } from './in-turns.ts';

/** EventBridge on a laptop: calls the function again and again, and not while it still runs. */
export interface LocalSchedule {
  run(): Promise<void>;
  close(): Promise<void>;
}

export interface ScheduleOptions {
  readonly intervalMs: number;
  readonly log: (functionId: string, line: string) => void;
}

export const startSchedule = (
  functionId: string,
  invoke: (functionId: string, event: unknown) => Promise<unknown>,
  { intervalMs, log }: ScheduleOptions,
): LocalSchedule => {
  const call = async (): Promise<void> => {
    await invoke(functionId, {});
  };
  const { now, close } = inTurns(call, {
    intervalMs: () => intervalMs,
    onFailure: (error) => {
      log(functionId, error instanceof Error ? error.message : String(error));
    },
  });
  return { run: now, close };
};
