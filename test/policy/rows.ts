import * as z from 'zod';
import type { LocalStack } from '../../local/template.ts';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const documentSchema = z.object({
  Statement: z.array(
    z.strictObject({
      Sid: z.string().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore.default([]),
      NotAction: oneOrMore.optional(),
      Resource: oneOrMore.default([]),
      NotResource: oneOrMore.optional(),
      Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
    }),
  ),
});

/** One thing that a function may, or may not, do. */
export interface Row {
  readonly functionId: string;
  readonly effect: 'Allow' | 'Deny';
  /** `dynamodb:PutItem`; `not sts:AssumeRole` for all but that. */
  readonly action: string;
  /** In short where it is ours: `ledger`, `log group signin`. */
  readonly resource: string;
  /** The values of `dynamodb:LeadingKeys` when each key that is touched must be like one of them. */
  readonly keys?: readonly string[];
  /** JSON of any other condition. */
  readonly condition?: string;
}

/** Everything that the functions' roles say, one row an action and resource. */
export const rowsOf = (stack: LocalStack): readonly Row[] => {
  const nameOf = namesIn(stack);
  return Object.values(stack.functions).flatMap(({ id, roleLogicalId }) =>
    (stack.roles[roleLogicalId]?.policies ?? []).flatMap(({ document }) =>
      documentSchema.parse(document).Statement.flatMap(({ Effect, Condition, ...one }) => {
        const actions = [...one.Action, ...(one.NotAction ?? []).map((action) => `not ${action}`)];
        const resources = [...one.Resource.map(nameOf), ...(one.NotResource ?? []).map((arn) => `not ${nameOf(arn)}`)];
        return actions.flatMap((action) =>
          resources.map((resource) => ({ functionId: id, effect: Effect, action, resource, ...limits(Condition) })),
        );
      }),
    ),
  );
};

const LEADING_KEYS = 'dynamodb:LeadingKeys';

const limits = (condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) => {
  const { 'ForAllValues:StringLike': { [LEADING_KEYS]: keys, ...others } = {}, ...operators } = condition;
  const more = { ...operators, ...(Object.keys(others).length > 0 ? { 'ForAllValues:StringLike': others } : {}) };
  return {
    ...(keys ? { keys } : {}),
    ...(Object.keys(more).length > 0 ? { condition: JSON.stringify(more) } : {}),
  };
};

/** What is ours by its short name, everything else by its ARN. */
const namesIn = (stack: LocalStack): ((arn: string) => string) => {
  const { ledger, index, identity } = tableArns(stack);
  const logGroups = Object.values(stack.functions).map(({ id, functionName }): [string, string] => {
    const group = stack.resourcesOf('AWS::Logs::LogGroup').find((one) => one.ref() === `/aws/lambda/${functionName}`);
    return [group?.attribute('Arn') ?? '', `log group ${id}`];
  });
  const names = new Map([
    ...[...logGroups, [ledger, 'ledger'], [index, 'index'], [identity, 'identity']].map(
      ([arn = '', name = '']): [string, string] => [arn, name],
    ),
    [`${index}/index/*`, "index's indexes"],
    ...['byDue', 'byRequester'].map((name): [string, string] => [`${index}/index/${name}`, `index's index ${name}`]),
    [stack.tables['LedgerTable']?.streamArn ?? '', "ledger's stream"],
    ...stack
      .resourcesOf('AWS::KMS::Key')
      .map((key): [string, string] => [key.attribute('Arn'), `key ${key.logicalId}`]),
    ...stack
      .resourcesOf('AWS::SQS::Queue')
      .map((queue): [string, string] => [queue.attribute('Arn'), `queue ${queue.logicalId}`]),
  ]);
  return (arn) => names.get(arn) ?? arn;
};

export const tableArns = ({ tables }: LocalStack): { ledger: string; index: string; identity: string } => {
  const { LedgerTable, IndexTable, IdentityTable } = tables;
  if (!LedgerTable || !IndexTable || !IdentityTable) throw new Error('a table is missing');
  return { ledger: LedgerTable.arn, index: IndexTable.arn, identity: IdentityTable.arn };
};
