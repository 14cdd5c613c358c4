import fc from 'fast-check';
import type { RouteKey } from '../../lib/http/api.ts';
import { eventsOf } from './calls.ts';
import type { Fuzzed } from './handlers.ts';
import { faultsOf } from './law.ts';

export interface Outcome {
  readonly calls: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** What was sent, what is wrong with the answer, and the seed that brings it again; absent when nothing is. */
  readonly failure?: string;
}

/** So many calls know the same people and requests; then there are none left that are worth anything. */
const CALLS_A_GO = 500;

/** So many calls of one route, each answer held against the law. Calls one after the other, as a Lambda has them. */
export const fuzz = async (
  fuzzed: Fuzzed,
  key: RouteKey,
  { calls, seed }: { calls: number; seed: number },
): Promise<Outcome> => {
  const statuses = new Map<number, number>();
  let done = 0;
  for (let go = 0; done < calls; go += 1) {
    const details = await once(fuzzed, key, { seed: seed + go, numRuns: Math.min(CALLS_A_GO, calls - done) }, statuses);
    done += details.numRuns;
    if (!details.failed) continue;
    const why = details.errorInstance instanceof Error ? String(details.errorInstance.stack) : '';
    return { calls: done, statuses, failure: `${(fc.defaultReportMessage(details) ?? '').slice(0, 5000)}\n${why}` };
  }
  return { calls: done, statuses };
};

const once = async (
  { handlerOf, know }: Fuzzed,
  key: RouteKey,
  options: { readonly seed: number; readonly numRuns: number },
  statuses: Map<number, number>,
) => {
  const handler = handlerOf(key);
  const property = fc.asyncProperty(eventsOf(key, await know(key)), async (event) => {
    // The type promises less than the handler must: whatever comes is answered.
    const answer = await handler(event as Parameters<typeof handler>[0]);
    const status = answer.statusCode ?? 0;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const faults = faultsOf(key, answer);
    if (faults.length > 0) throw new Error(faults.join('; '));
  });
  return fc.check(property, options);
};
