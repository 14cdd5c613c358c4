import { parseArgs } from 'node:util';
import { type StageOptions, UsageError, parsed, placeOf, stageSaid } from '../deploy/options.ts';

export const FAILOVER_HELP = `npm run failover -- --stage prod --to prod-b

Lets a standby write instead of the stage whose standby it is, or that one again: fences the one that writes, holds everything, and opens the other.
Whatever is done already is passed over: run it again after anything that stopped it.

  --stage NAME   which one writes now
  --to NAME      which one is to: its standby, or the one whose standby it is
  --facts        only print what the file of the standby's stage has to say of --stage
  --dry-run      only say what would be done

AWS credentials are those that the AWS CLI takes, and it has to be installed. docs/operations.md, "A standby", has the rest.

Exit codes: 0 it writes there, 1 something stopped it and nobody writes, 2 nothing was done.
`;

export interface FailoverOptions extends StageOptions {
  readonly to: string;
  readonly facts: boolean;
  readonly dryRun: boolean;
}

const OPTIONS = {
  stage: { type: 'string' },
  to: { type: 'string' },
  facts: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Undefined: help was asked for. @throws UsageError */
export const failoverOptions = (args: readonly string[]): FailoverOptions | undefined => {
  const { values } = parsed(() => parseArgs({ args: [...args], options: OPTIONS }));
  if (values.help) return undefined;
  const { to, facts = false } = values;
  if (to === undefined) throw new UsageError('--to is missing: the stage that is to write');
  const { stage } = placeOf(values);
  return { stage, to: stageSaid('--to', to), facts, dryRun: values['dry-run'] ?? false };
};
