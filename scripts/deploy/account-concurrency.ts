import * as z from 'zod';
import { awsCommand } from '../../cli/doctor/aws-command.ts';
import { Failure } from '../../cli/failure.ts';
import { CloudError } from './cloud.ts';

const settings = z.object({ AccountLimit: z.object({ ConcurrentExecutions: z.int() }) });

/**
 * How many calls Lambda runs at once in the account, all its functions together. By the AWS CLI: a client of Lambda’s for this one number would be
 * another dependency.
 *
 * @throws CloudError
 */
export const accountConcurrency = async (region: string): Promise<number> => {
  try {
    const said = await awsCommand('lambda', 'get-account-settings', '--region', region);
    return settings.parse(JSON.parse(said ?? '')).AccountLimit.ConcurrentExecutions;
  } catch (cause) {
    throw new CloudError('refused', cause instanceof Failure ? cause.message : 'NotASetting', { cause });
  }
};
