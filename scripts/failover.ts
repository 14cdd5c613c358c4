import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { askerAt } from '../cli/asker.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import { CHECKPOINT } from '../lib/broker/log/head.ts';
import { systemChance as chance, systemClock as clock } from '../lib/broker/system.ts';
import { awsCloud } from './deploy/aws-cloud.ts';
import { DEFAULT_REGION } from './deploy/check.ts';
import { inWords } from './deploy/deploy.ts';
import { UsageError } from './deploy/options.ts';
import { readStageFile } from './deploy/stage-file.ts';
import { type StandbyLedger, failover } from './failover/failover.ts';
import { FAILOVER_HELP, failoverOptions } from './failover/options.ts';
import { awsStacks, factsOf } from './failover/stacks.ts';
import { awsCli } from './restore/aws-cli.ts';
import { functionsOf } from './restore/functions-of.ts';
import { holdEverything } from './restore/hold-everything.ts';
import { RESTORER } from './restore/put-back-log.ts';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const ledgerIn = (region: string, stage: string): StandbyLedger => {
  const client = new DynamoDBClient({ region });
  const ledger = dynamoLedger({ client, table: `hatcheck-${stage}-ledger` });
  const texts = dynamoTexts({ client, table: `hatcheck-${stage}-identity`, clock, warn: say });
  return {
    lastSigned: () => ledger.last(CHECKPOINT),
    hold: (reason) => holdEverything({ ledger, texts, clock, chance }, RESTORER, reason),
  };
};

const showFacts = async (stage: string): Promise<0> => {
  const { region: said, standby } = readStageFile(FOLDER, stage).settings;
  const region = said ?? DEFAULT_REGION;
  if (!standby) throw new UsageError(`stages/${stage}.yml has no standby`);
  const aws = { home: awsCli({ region }), away: awsCli({ region: standby.region }) };
  for (const line of await factsOf(stage, region, aws)) say(line);
  return 0;
};

try {
  const options = failoverOptions(process.argv.slice(2));
  if (!options) process.stdout.write(FAILOVER_HELP);
  else if (options.facts) process.exitCode = await showFacts(options.stage);
  else {
    process.exitCode = await failover(options, {
      folder: FOLDER,
      cloud: (region) => awsCloud({ region }),
      stacks: ({ region }) => awsStacks(awsCli({ region })),
      ledger: ({ region }, stage) => ledgerIn(region, stage),
      // A function's role has its name.
      roles: (stage) =>
        functionsOf(readFileSync(join(FOLDER, 'serverless.yml'), 'utf8'), stage).map(({ name }) => name),
      asker: askerAt({}),
      say,
    });
  }
} catch (error) {
  process.stderr.write(`${inWords(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
