import { setTimeout as pause } from 'node:timers/promises';

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
  const closing = new AbortController();
  const run = async (): Promise<void> => {
    await invoke();
  };
  const nextTurn = (): Promise<boolean> =>
    pause(scheduleIntervalMs, true, { signal: closing.signal }).catch(() => false);
  const follow = async (): Promise<void> => {
    while (await nextTurn()) {
      await run().catch((error: unknown) => {
        log('on-schedule', error instanceof Error ? error.message : String(error));
      });
    }
  };
  const following = follow();
  return {
    run,
    close: async () => {
      closing.abort();
      await following;
    },
  };
};
