import { setTimeout as pause } from 'node:timers/promises';
import type * as z from 'zod';

/** The page of a local platform, as it is asked by its own script. */
export interface ChatPage<T> {
  readonly does: (what: object) => Promise<void>;
  /** What `look` finds in what the page shows, once there is something. */
  readonly until: <Found>(look: (now: T) => Found | undefined) => Promise<Found | undefined>;
}

/** What is said goes through two queues, each of which is looked at once a second. */
const PATIENCE_MS = 30_000;

export const chatPageAt = <T>(origin: string, schema: z.ZodType<T>): ChatPage<T> => ({
  does: async (what) => {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${origin}/do`, { method: 'POST', headers, body: JSON.stringify(what) });
  },
  until: async (look) => {
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end) {
      const found = look(schema.parse(await (await fetch(`${origin}/state`)).json()));
      if (found !== undefined) return found;
      await pause(200);
    }
    return undefined;
  },
});
