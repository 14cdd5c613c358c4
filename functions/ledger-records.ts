import * as z from 'zod/mini';

/** The rest of a record is `ledgerChangeOf`'s to read. */
const streamEvent = z.object({
  Records: z.array(z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string() }) })),
});

export type LedgerRecord = z.infer<typeof streamEvent>['Records'][number];

/** What the ledger's stream tells in one call. @throws ZodError for anything else */
export const ledgerRecordsIn = (event: unknown): readonly LedgerRecord[] => streamEvent.parse(event).Records;
