import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { askerAt } from '../cli/asker.ts';
import { systemChance, systemClock } from '../lib/broker/system.ts';
import { awsCloud } from './deploy/aws-cloud.ts';
import { inWords } from './deploy/deploy.ts';
import { UsageError } from './deploy/options.ts';
import { awsCli, awsLambda } from './restore/aws-cli.ts';
import { functionsOf } from './restore/functions-of.ts';
import { RESTORE_HELP, restoreOptions } from './restore/options.ts';
import { restore } from './restore/restore.ts';
import { restoreStore } from './restore/store.ts';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const options = restoreOptions(process.argv.slice(2));
  if (!options) process.stdout.write(RESTORE_HELP);
  else {
    process.exitCode = await restore(options, {
      folder: FOLDER,
      cloud: (region) => awsCloud({ region }),
      fence: ({ stage, region }) => ({
        lambda: awsLambda(awsCli({ region })),
        functions: functionsOf(readFileSync(join(FOLDER, 'serverless.yml'), 'utf8'), stage),
        pause: (ms) => systemClock.pause(ms),
        say,
      }),
      store: (place, caller) =>
        restoreStore({
          ...{ place, caller, say, clock: systemClock, chance: systemChance, aws: awsCli({ region: place.region }) },
          client: new DynamoDBClient({ region: place.region }),
        }),
      asker: askerAt({}),
      say,
    });
  }
} catch (error) {
  process.stderr.write(`${inWords(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
