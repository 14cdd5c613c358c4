import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import { CHECKPOINT } from '../lib/broker/log/head.ts';
import { systemChance as chance, systemClock as clock } from '../lib/broker/system.ts';
import { type Terminal, atTerminal } from './deploy/at-terminal.ts';
import { UsageError } from './deploy/options.ts';
import { readPlace } from './deploy/place.ts';
import { type StandbyLedger, failover } from './failover/failover.ts';
import { FAILOVER_HELP, failoverOptions } from './failover/options.ts';
import { awsStacks, factsOf } from './failover/stacks.ts';
import { awsCli } from './restore/aws-cli.ts';
import { functionsOf } from './restore/functions-of.ts';
import { holdEverything } from './restore/hold-everything.ts';

const ledgerIn = (region: string, stage: string, warn: (line: string) => void): StandbyLedger => {
  const client = new DynamoDBClient({ region });
  const ledger = dynamoLedger({ client, table: `hatcheck-${stage}-ledger` });
  const texts = dynamoTexts({ client, table: `hatcheck-${stage}-identity`, clock, warn });
  return {
    lastSigned: () => ledger.last(CHECKPOINT),
    hold: (reason) => holdEverything({ ledger, texts, clock, chance }, reason),
  };
};

const showFacts = async (stage: string, { folder, say }: Terminal): Promise<0> => {
  const { region, settings } = readPlace(folder, { stage }).place;
  if (!settings.standby) throw new UsageError(`stages/${stage}.yml has no standby`);
  const aws = { home: awsCli({ region }), away: awsCli({ region: settings.standby.region }) };
  for (const line of await factsOf(stage, region, aws)) say(line);
  return 0;
};

await atTerminal({
  help: FAILOVER_HELP,
  optionsOf: failoverOptions,
  run: (options, terminal) => {
    const { folder, say } = terminal;
    if (options.facts) return showFacts(options.stage, terminal);
    return failover(options, {
      ...terminal,
      stacks: ({ region }) => awsStacks(awsCli({ region })),
      ledger: ({ region }, stage) => ledgerIn(region, stage, say),
      // A function's role has its name.
      roles: (stage) =>
        functionsOf(readFileSync(join(folder, 'serverless.yml'), 'utf8'), stage).map(({ name }) => name),
    });
  },
});
