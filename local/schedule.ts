import { inTurns } from './in-turns.ts';

/** EventBridge on a laptop: calls the function once a minute, and not again while it runs. */
export interface LocalSchedule {
  run(): Promise<void>;
  close(): Promise<void>;
}

export const startSchedule = (
  invoke: () => Promise<unknown>,
  {
    scheduleIntervalMs = 60_000,
    log,
  }: { readonly scheduleIntervalMs?: number; readonly log: (functionId: string, line: string) => void },
): LocalSchedule => {
  const call = async (): Promise<void> => {
    await invoke();
  };
  const { now, close } = inTurns(call, {
    intervalMs: () => scheduleIntervalMs,
    onFailure: (error) => {
      log('on-schedule', error instanceof Error ? error.message : String(error));
    },
  });
  return { run: now, close };
};
