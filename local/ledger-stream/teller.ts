import * as z from 'zod';
import type { Change, Told } from './changes.ts';
import { writeTold } from './told-file.ts';

export interface TellerOptions {
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly batchSize: number;
  readonly givesUp: boolean;
  readonly file: string;
  /** What was told so far; kept up to date, and in `file`. */
  readonly told: Map<string, Told>;
  readonly log: (line: string) => void;
}

/** How often a change may fail before it is left alone, where that is: Lambda has a limit too then, and a queue for what is beyond it. */
export const TRIES = 5;

/**
 * Tells changes in batches, in their order, as Lambda does where a function reports what failed: that one and what stands behind it are
 * told again: at once as long as anything before it was dealt with, and else at the next call.
 */
export const tellerOf = ({ invoke, batchSize, givesUp, file, told, log }: TellerOptions) => {
  const failures = new Map<string, number>();

  const isGivenUp = ({ record: { eventID, dynamodb } }: Change): boolean => {
    const count = (failures.get(eventID) ?? 0) + 1;
    failures.set(eventID, count);
    if (!givesUp || count < TRIES) return false;
    log(`a change of ${JSON.stringify(dynamodb.Keys)} failed ${TRIES} times and is left alone`);
    failures.delete(eventID);
    return true;
  };

  return async (changes: readonly Change[]): Promise<void> => {
    for (let left = changes; left.length > 0;) {
      const batch = left.slice(0, batchSize);
      const failed = await tell(batch);
      const stuck = batch[failed];
      const done = batch.slice(0, stuck && isGivenUp(stuck) ? failed + 1 : failed);
      if (done.length === 0) return;
      for (const change of done) told.set(change.key, change.told);
      await writeTold(file, told);
      left = left.slice(done.length);
    }
  };

  /** The index of the first that failed; the batch's length where none did. */
  async function tell(batch: readonly Change[]): Promise<number> {
    try {
      const { batchItemFailures } = answerSchema.parse(await invoke({ Records: batch.map(({ record }) => record) }));
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const first = batch.findIndex(({ record }) => failed.has(record.dynamodb.SequenceNumber));
      return first === -1 ? batch.length : first;
    } catch (error) {
      log(`the ledger's changes were not told: ${String(error)}`);
      return 0;
    }
  }
};

const answerSchema = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
