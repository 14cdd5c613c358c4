import { unlessRefused } from './check-secrets.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, stops, warns } from './finding.ts';
import { type Place, isProduction } from './place.ts';

/** Whether people get credentials while something else is flooded: serverless/concurrency.yml. */
export const checkConcurrency = ({ stage, settings }: Place): readonly Finding[] =>
  isProduction(stage) && (settings.reserved ?? 0) === 0
    ? [
        warns(
          'reserved',
          'a flood of sign-ins can use up all that Lambda runs at once in this account, and then nobody gets credentials',
          `reserved: 20 in stages/${stage}.yml, where aws lambda get-account-settings says ConcurrentExecutions of ${quotaFor(20)} or more`,
        ),
      ]
    : [];

/** What Lambda keeps unreserved, twice what is reserved, and the log's one writer. */
const quotaFor = (reserved: number): number => 100 + 2 * reserved + 1;

/** Whether the account has what is to be reserved; what other functions of it reserve comes on top. */
export const checkQuota = async (cloud: Cloud, { stage, settings }: Place): Promise<readonly Finding[]> => {
  const { reserved = 0 } = settings;
  if (reserved === 0) return [];
  return unlessRefused('reserved', 'lambda:GetAccountSettings, and the aws command,', async () => {
    const missing = quotaFor(reserved) - (await cloud.concurrency());
    return missing <= 0
      ? []
      : [
          stops(
            'reserved',
            `${missing} calls at once are missing in this account for reserved: ${reserved}; the deployment would be rolled back`,
            `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000; until then reserved: 0 in stages/${stage}.yml`,
          ),
        ];
  });
};
