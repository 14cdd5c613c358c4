import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemChance, systemClock } from '../lib/broker/system.ts';
import { atTerminal } from './deploy/at-terminal.ts';
import { awsCli, awsLambda } from './restore/aws-cli.ts';
import { functionsOf } from './restore/functions-of.ts';
import { RESTORE_HELP, restoreOptions } from './restore/options.ts';
import { restore } from './restore/restore.ts';
import { restoreStore } from './restore/store.ts';

await atTerminal({
  help: RESTORE_HELP,
  optionsOf: restoreOptions,
  run: (options, terminal) => {
    const { folder, say } = terminal;
    return restore(options, {
      ...terminal,
      fence: ({ stage, region }) => ({
        lambda: awsLambda(awsCli({ region })),
        functions: functionsOf(readFileSync(join(folder, 'serverless.yml'), 'utf8'), stage),
        pause: (ms) => systemClock.pause(ms),
        say,
      }),
      store: (place, caller) =>
        restoreStore({
          ...{ place, caller, say, clock: systemClock, chance: systemChance, aws: awsCli({ region: place.region }) },
          client: new DynamoDBClient({ region: place.region }),
        }),
    });
  },
});
