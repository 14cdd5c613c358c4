import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { folderVerdict } from '../../cli/audit/verify-folder.ts';
import { sayBad } from '../../cli/audit/bad-words.ts';
import { exportFolder } from '../../cli/audit/export-folder.ts';
import { liveLine } from '../../cli/live-line.ts';
import { dynamoExportPositions } from '../../lib/aws/export-positions.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoTexts } from '../../lib/aws/texts.ts';
import type { Chance, Clock } from '../../lib/broker/ports.ts';
import type { Place } from '../deploy/place.ts';
import type { Caller } from '../deploy/cloud.ts';
import type { AwsCli } from './aws-cli.ts';
import { holdEverything } from './hold-everything.ts';
import { exportedSize, logSoFar } from './log-so-far.ts';
import type { RestoreOptions } from './options.ts';
import { type PutBackCounts, putBack } from './put-back.ts';

/** The tables and the export of one stage. */
export interface RestoreStore {
  bringDown(folder: string): Promise<void>;
  /** Whether it is what was signed, and the ledger's log begins as it does; shows what is not. */
  verify(options: Pick<RestoreOptions, 'export' | 'key' | 'checkpoint'>): Promise<boolean>;
  putBack(options: Pick<RestoreOptions, 'export' | 'since'>): Promise<PutBackCounts>;
  hold(reason: string): Promise<'placed' | 'there'>;
}

export interface StoreOptions {
  readonly place: Place;
  readonly caller: Caller;
  readonly client: DynamoDBClient;
  readonly aws: AwsCli;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly say: (line: string) => void;
}

export const exportBucketOf = ({ stage, settings }: Place, { account }: Caller): string =>
  settings.exportBucket ?? `hatcheck-${stage}-export-${account}`;

export const restoreStore = ({ place, caller, client, aws, clock, chance, say }: StoreOptions): RestoreStore => {
  const table = (name: string): string => `hatcheck-${place.stage}-${name}`;
  const ledger = dynamoLedger({ client, table: table('ledger') });
  return {
    bringDown: async (folder) => {
      await aws(['s3', 'sync', `s3://${exportBucketOf(place, caller)}`, folder, '--only-show-errors']);
    },

    verify: async ({ export: folder, key, checkpoint }) => {
      const ours = await logSoFar(ledger, await exportedSize(folder));
      const noted = [...checkpoint, ...(ours === undefined ? [] : [ours])];
      const { firstBad, andThen, frontier, checkpoints, uncovered } = await folderVerdict(folder, {
        key,
        checkpoint: noted,
      });
      // A text that was gone when it was exported is no fault of the export's: what became of it is counted later.
      const bad = firstBad?.sign === 'text' ? andThen : firstBad;
      if (bad) sayBad(bad);
      else say(`${frontier.size} events under ${checkpoints} checkpoints are what was signed`);
      if (!bad && uncovered > 0) say(`${uncovered} lines behind them are under no checkpoint, and are not put back`);
      return bad === undefined;
    },

    putBack: async ({ export: folder, since }) => {
      const exported = await exportFolder(folder, () => {});
      const line = liveLine();
      const progress = ({ put, there }: PutBackCounts): void => {
        line.show(`${put} put back, ${there} there`);
      };
      try {
        const { position, ...counts } = await putBack(exported.parts(), { ledger, clock, chance, progress }, since);
        // The events of `log` are others than before, so that the export has to be told where it goes on.
        if (position) await dynamoExportPositions({ client, table: table('index') }).write({ ...position, part: 0 });
        return counts;
      } finally {
        line.clear();
      }
    },

    hold: (reason) => {
      const warn = say;
      const texts = dynamoTexts({ client, table: table('identity'), clock, warn });
      return holdEverything({ ledger, texts, clock, chance }, reason);
    },
  };
};
