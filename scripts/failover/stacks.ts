import * as z from 'zod';
import { Failure } from '../../cli/failure.ts';
import { READ_ONLY } from '../../serverless/standby/fence.ts';
import type { AwsCli } from '../restore/aws-cli.ts';

/** What of AWS says who writes. */
export interface Stacks {
  /** The stage's roles may no longer write, whatever its region does: IAM is none of a region's. @throws Failure */
  fence(role: string): Promise<void>;
  /** Takes that back. @throws Failure */
  unfence(role: string): Promise<void>;
  /** Sets the parameter of the stack, and waits until it is so. @throws Failure, with the AWS CLI's own words */
  writes(stage: string, writes: boolean): Promise<void>;
}

/** The name of the policy that a role has as long as its stage may not write. */
export const FENCE = 'not-the-writer';

const statement = JSON.stringify({ Version: '2012-10-17', Statement: [READ_ONLY] });

/** @param aws of the stage's region */
export const awsStacks = (aws: AwsCli): Stacks => ({
  fence: async (role) => {
    await aws([...ofRole('put-role-policy', role), '--policy-document', statement]);
  },

  unfence: async (role) => {
    await unless('NoSuchEntity', () => aws(ofRole('delete-role-policy', role)));
  },

  writes: async (stage, writes) => {
    const stack = ['--stack-name', `hatcheck-${stage}`];
    const parameters = ['--parameters', `ParameterKey=Writes,ParameterValue=${writes ? 'yes' : 'no'}`];
    const capabilities = ['--capabilities', 'CAPABILITY_NAMED_IAM'];
    // A stack that is so already has no update to wait for: one that never had any would be waited for in vain.
    await unless('No updates are to be performed', async () => {
      await aws([
        'cloudformation',
        'update-stack',
        ...stack,
        '--use-previous-template',
        ...capabilities,
        ...parameters,
      ]);
      await aws(['cloudformation', 'wait', 'stack-update-complete', ...stack]);
    });
  },
});

const ofRole = (command: string, role: string): readonly string[] => [
  ...['iam', command, '--role-name', role, '--policy-name', FENCE],
];

const unless = async (harmless: string, run: () => Promise<unknown>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Failure && error.message.includes(harmless))) throw error;
  }
};

const stacks = z.object({
  Stacks: z.array(z.object({ Outputs: z.array(z.object({ OutputKey: z.string(), OutputValue: z.string() })) })),
});
const table = z.object({ Table: z.object({ LatestStreamArn: z.string() }) });

/** What a standby's stage says of the stage: lines for its file. @throws Failure; ZodError for a stage that has no standby yet */
export const factsOf = async (
  stage: string,
  region: string,
  { home, away }: { readonly home: AwsCli; readonly away: AwsCli },
): Promise<readonly string[]> => {
  const said = stacks.parse(
    JSON.parse(await home(['cloudformation', 'describe-stacks', '--stack-name', `hatcheck-${stage}`])),
  );
  const described = await away(['dynamodb', 'describe-table', '--table-name', `hatcheck-${stage}-ledger`]);
  const keys = said.Stacks.flatMap(({ Outputs }) => Outputs).filter(({ OutputKey }) => /Key[AB]?Id$/.test(OutputKey));
  return [
    'standbyOf:',
    `  stage: ${stage}`,
    `  region: ${region}`,
    `  ledgerStream: ${table.parse(JSON.parse(described)).Table.LatestStreamArn}`,
    '  keys:',
    ...keys.map(({ OutputKey, OutputValue }) => `    ${OutputKey.replace(/Id$/, '')}: ${OutputValue}`),
  ];
};
