import { type Finding, warns } from './finding.ts';
import type { StageSettings } from './stage-file.ts';

/** Whether people get credentials while something else is flooded: serverless/concurrency.yml. Whether the quota has room, CloudFormation says. */
export const checkConcurrency = ({
  stage,
  settings,
}: {
  readonly stage: string;
  readonly settings: StageSettings;
}): readonly Finding[] =>
  /^prod/.test(stage) && (settings.reserved ?? 0) === 0
    ? [
        warns(
          'reserved',
          'a flood of sign-ins can use up all that Lambda runs at once in this account, and then nobody gets credentials',
          `reserved: 20 in stages/${stage}.yml, where aws lambda get-account-settings says ConcurrentExecutions of 141 or more`,
        ),
      ]
    : [];
