import { parseArgs } from 'node:util';
import { STAGE_NAME } from '../../lib/config/stage-name.ts';

export const DEPLOY_HELP = `npm run deploy -- --stage prod

Checks all that a deployment needs, says everything that is missing at once, builds, packages and deploys, and looks at what answers.

  --stage NAME    which one: small letters, digits and hyphens; what it sets otherwise stands in stages/NAME.yml
  --region NAME   where; else region: of that file, else eu-west-1
  --access FILE   the access policy; else access.yml
  --check         only look: changes nothing, here or in AWS
  --yes           ask nothing: make the pepper if there is none, and deploy in spite of warnings

AWS credentials are those that the AWS CLI would take: AWS_PROFILE, aws sso login, a role.

Exit codes: 0 it is as it should be, 1 something failed on the way, 2 something stops a deployment, or wrong usage.
`;

export const TEARDOWN_HELP = `npm run teardown -- --stage prod

Removes what runs of a stage, and keeps what is on record: the ledger and the other tables, the keys, the logs, the export, the pepper.
It asks for the stage's name, typed; there is no option that answers instead.

  --stage NAME    which one
  --region NAME   where; else region: of stages/NAME.yml, else eu-west-1

docs/operations.md, "Taking a stage down", has what stays and what to do with it.
`;

export interface StageOptions {
  readonly stage: string;
  readonly region?: string | undefined;
}

export interface DeployOptions extends StageOptions {
  readonly access?: string | undefined;
  readonly check: boolean;
  readonly yes: boolean;
}

/** Said to whoever typed it; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const PLACE = { stage: { type: 'string' }, region: { type: 'string' }, help: { type: 'boolean' } } as const;

/** Undefined: help was asked for. @throws UsageError */
export const deployOptions = (args: readonly string[]): DeployOptions | undefined => {
  const flags = { access: { type: 'string' }, check: { type: 'boolean' }, yes: { type: 'boolean' } } as const;
  const { values } = parsed(() => parseArgs({ args: [...args], options: { ...PLACE, ...flags } }));
  const { help, access, check = false, yes = false } = values;
  return help ? undefined : { ...placeOf(values), access, check, yes };
};

/** Undefined: help was asked for. @throws UsageError */
export const teardownOptions = (args: readonly string[]): StageOptions | undefined => {
  const { values } = parsed(() => parseArgs({ args: [...args], options: PLACE }));
  return values.help ? undefined : placeOf(values);
};

export const parsed = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'wrong usage', { cause: error });
  }
};

export const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;

/** @throws UsageError where what was said with the option is no stage's name */
export const stageSaid = (option: string, stage: string): string => {
  if (!STAGE_NAME.test(stage)) throw new UsageError(`${option} must be small letters, digits and hyphens, at most 32`);
  return stage;
};

export const placeOf = ({ stage, region }: { readonly stage?: string; readonly region?: string }): StageOptions => {
  if (stage === undefined)
    throw new UsageError('--stage is missing; npm wants two dashes before it: npm run deploy -- --stage prod');
  if (region !== undefined && !REGION.test(region))
    throw new UsageError('--region must be an AWS region such as eu-west-1');
  return { stage: stageSaid('--stage', stage), region };
};
