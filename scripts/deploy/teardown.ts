import type { Asker } from '../../cli/asker.ts';
import { pepperName } from './check-pepper.ts';
import type { Place } from './place.ts';
import type { Caller, Cloud } from './cloud.ts';
import { edgeCommand } from './deploy-edge.ts';
import { findingLines } from './finding.ts';
import type { StageOptions } from './options.ts';
import { type Run, serverless } from './serverless-command.ts';
import { NOBODY_TO_ASK, isTyped, whoIsThere } from './who-is-there.ts';

export interface TeardownParts {
  /** Of serverless.yml. */
  readonly folder: string;
  readonly cloud: (region: string) => Cloud;
  readonly run: Run;
  /** Absent where nobody can be asked. */
  readonly asker?: Pick<Asker, 'ask'> | undefined;
  /** Shows one line. */
  readonly say: (line: string) => void;
}

/** Removes a stage's stack once its name was typed. 0 gone, 1 failed on the way, 2 left as it is. */
export const teardown = async (options: StageOptions, parts: TeardownParts): Promise<0 | 1 | 2> => {
  const { asker, say } = parts;
  const { place, caller, inTheWay } = await whoIsThere(options, parts);
  const all = [...inTheWay, ...(asker ? [] : [NOBODY_TO_ASK])];
  for (const line of findingLines(all)) say(line);
  if (!caller || all.length > 0) return 2;
  for (const line of whatGoesAndStays(place, caller)) say(line);
  return (await isTyped(place, 'to take it down', parts)) ? remove(place, parts) : 2;
};

const whatGoesAndStays = ({ stage, region, settings }: Place, { account }: Caller): readonly string[] => [
  `${stage} in ${region}, account ${account}`,
  '',
  ...(settings.edge ? ['What goes first: the edge in front of it, with the records in Route 53 that it has.'] : []),
  'What goes: the functions and their roles, the API, queues with what is in them, alarms and rules. Nobody signs in or gets credentials any more.',
  'What stays, and is paid for:',
  `  the tables hatcheck-${stage}-ledger, -index and -identity, which are protected against deletion, with their point-in-time recovery`,
  '  the keys that signed tokens, SAML responses and checkpoints; the bucket of the export, in which nobody can delete before its date',
  '  the functions’ log groups, for as long as each line is kept',
  `  the roles hatcheck-${stage}-credentials and hatcheck-${stage}-on-revocation, which accounts trust by their ids`,
  `  ${pepperName(stage, settings)} and the secrets that access.yml names`,
  '',
  'Sessions that are out live on until they end, 12 hours at the most, and nothing of Hatcheck can end them any more: `hatcheck scp` can.',
  'What the target accounts made stays there: their stacks are theirs to delete.',
];

/** serverless.yml names what the build makes, so that it is built once more. */
const remove = async (place: Place, { run, say }: TeardownParts): Promise<0 | 1> => {
  const steps = [
    ...(place.settings.edge ? [edgeCommand(['remove'], place.stage)] : []),
    ['scripts/build.ts'],
    serverless(['remove'], place),
  ];
  for (const args of steps) {
    const { code } = await run(args, 'show');
    if (code === 0) continue;
    say(`\nit ended with ${code}; what CloudFormation could not remove, the stack’s events say`);
    return 1;
  }
  say(
    `\n${place.stage} is down. docs/operations.md, "Taking a stage down", says how to read the record, and how to end what stayed.`,
  );
  return 0;
};
