import * as z from 'zod';

/** A statement as it stands in a role's trust policy or permissions, every list a list. */
export interface Statement {
  /** Its Sid, or which one it is. */
  readonly label: string;
  readonly effect: 'Allow' | 'Deny';
  /** By kind: `AWS`, `Federated`, `Service`; `*` is everybody. Absent where there is none, or only whom it is not for. */
  readonly principals?: Readonly<Record<string, readonly string[]>>;
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly conditions: readonly ConditionText[];
}

export interface ConditionText {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

const oneOrMore = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))])
  .transform((value) => [value].flat().map(String));

const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*').transform(() => ({ '*': ['*'] })), z.record(z.string(), oneOrMore)]).optional(),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
});

const document = z.object({
  Statement: z.union([z.array(statement), statement.transform((one) => [one])]),
});

/** Undefined when it is no policy. */
export const readStatements = (policy: unknown): readonly Statement[] | undefined => {
  const { success, data } = document.safeParse(policy);
  return success ? data.Statement.map(statementOf) : undefined;
};

const statementOf = (one: z.infer<typeof statement>, index: number): Statement => ({
  label: one.Sid === undefined || one.Sid === '' ? `statement ${index + 1}` : `statement ${one.Sid}`,
  effect: one.Effect,
  ...(one.Principal && { principals: one.Principal }),
  ...(one.Action && { actions: one.Action }),
  ...(one.NotAction && { notActions: one.NotAction }),
  ...(one.Resource && { resources: one.Resource }),
  ...(one.NotResource && { notResources: one.NotResource }),
  conditions: Object.entries(one.Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  ),
});

/** IAM user guide, wildcards: `*` any characters, `?` one. Actions are compared whatever their case. */
export const isLike = (pattern: string, text: string, flags = ''): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    `s${flags}`,
  ).test(text);

export const isAbout = ({ actions, notActions }: Statement, action: string): boolean =>
  actions
    ? actions.some((pattern) => isLike(pattern, action, 'i'))
    : notActions !== undefined && !notActions.some((pattern) => isLike(pattern, action, 'i'));

export const isOn = ({ resources, notResources }: Statement, resource: string): boolean =>
  resources
    ? resources.some((pattern) => isLike(pattern, resource))
    : notResources === undefined || !notResources.some((pattern) => isLike(pattern, resource));
