import { type Policy, parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';
import type { LocalStack } from '../../local/template.ts';
import { tableArns } from './rows.ts';

export type Table = keyof ReturnType<typeof tableArns>;

export interface Simulation {
  /** What the local AWS decides. `denied` is an explicit deny, which no other policy can overrule. */
  readonly may: (functionId: string, action: string, on: On) => 'allowed' | 'denied' | 'not allowed';
}

/** A key of one of the tables, or any ARN. */
export type On = { readonly table: Table; readonly key: string } | { readonly arn: string };

/** Somebody who may do everything in the broker's account. */
export const ADMINISTRATOR = 'administrator';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** Asks the policy evaluator of the local AWS, with the roles and the tables' policies of a template. */
export const simulation = (stack: LocalStack): Simulation => {
  const arns = tableArns(stack);
  const identityOf = (functionId: string): readonly Policy[] => {
    const role = stack.roles[stack.functions[functionId]?.roleLogicalId ?? ''];
    const documents = functionId === ADMINISTRATOR ? [EVERYTHING] : role?.policies.map(({ document }) => document);
    if (!documents) throw new Error(`no function ${functionId}`);
    return documents.map((document) => parsePolicy(document, 'identity', functionId));
  };
  const policyOf = (arn: string): Policy | undefined => {
    const table = Object.values(stack.tables).find((one) => one.arn === arn);
    return table?.resourcePolicy === undefined ? undefined : parsePolicy(table.resourcePolicy, 'resource', arn);
  };
  return {
    may: (functionId, action, on) => {
      const resource = 'arn' in on ? on.arn : arns[on.table];
      const context = new Map('arn' in on ? [] : [['dynamodb:leadingkeys', [on.key]]]);
      const policies = { identity: identityOf(functionId), resource: policyOf(resource) };
      const decision = evaluate({ caller: callerOf(functionId), action, resource, context }, policies);
      return decision.allowed ? 'allowed' : decision.explicit ? 'denied' : 'not allowed';
    },
  };
};

const callerOf = (name: string) => ({
  kind: 'role' as const,
  account: BROKER_ACCOUNT,
  roleArn: `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/${name}`,
  sessionArn: `arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/${name}/somebody`,
});
