import * as z from 'zod';

/** What is known of a role of a target account; what is absent was not in what was read. */
export interface RoleFacts {
  readonly arn: string;
  readonly name: string;
  readonly trust?: unknown;
  readonly maxSessionSeconds?: number;
  /** Null: it has none. */
  readonly boundaryArn?: string | null;
  /** The keys of its tags. */
  readonly tags?: readonly string[];
  /** What it may do: inline policies, and managed ones where their text was read too. */
  readonly policies?: readonly unknown[];
  /** Managed policies whose text was not. */
  readonly unread?: readonly string[];
}

const boundary = z.object({ PermissionsBoundaryArn: z.string() });
const document = z.union([z.record(z.string(), z.unknown()), z.string()]);

/** IAM API reference, Role and RoleDetail, as the AWS CLI prints them. */
const role = z.object({
  Arn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\//),
  RoleName: z.string(),
  AssumeRolePolicyDocument: document.optional(),
  MaxSessionDuration: z.number().optional(),
  PermissionsBoundary: boundary.optional(),
  Tags: z.array(z.object({ Key: z.string() })).default([]),
});
const detail = role.extend({
  RolePolicyList: z.array(z.object({ PolicyDocument: document })).default([]),
  AttachedManagedPolicies: z.array(z.object({ PolicyArn: z.string() })).default([]),
});
const policy = z.object({
  Arn: z.string(),
  PolicyVersionList: z.array(z.object({ Document: document, IsDefaultVersion: z.boolean() })).default([]),
});

const printed = z.union([
  z.object({ RoleDetailList: z.array(detail), Policies: z.array(policy).default([]) }),
  z.object({ Roles: z.array(role) }),
  z.object({ Role: role }),
]);

/**
 * Roles as `aws iam get-role`, `list-roles` and `get-account-authorization-details` print them, what several say of one put together.
 *
 * @returns undefined when one is none of these
 */
export const readRoles = (texts: readonly string[]): readonly RoleFacts[] | undefined => {
  const byArn = new Map<string, RoleFacts>();
  for (const text of texts) {
    const { success, data } = printed.safeParse(parsed(text));
    if (!success) return undefined;
    for (const facts of factsIn(data)) byArn.set(facts.arn, { ...byArn.get(facts.arn), ...facts });
  }
  return [...byArn.values()];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const factsIn = (data: z.infer<typeof printed>): readonly RoleFacts[] => {
  if ('Roles' in data) return data.Roles.map(listed);
  if ('Role' in data) return [shown(data.Role)];
  const texts = new Map(
    data.Policies.map(({ Arn, PolicyVersionList }) => [
      Arn,
      PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document,
    ]),
  );
  return data.RoleDetailList.map((each) => {
    const managed = each.AttachedManagedPolicies.map(({ PolicyArn }) => PolicyArn);
    return {
      ...shown(each),
      policies: [
        ...each.RolePolicyList.map(({ PolicyDocument }) => readable(PolicyDocument)),
        ...managed.flatMap((arn) => (texts.get(arn) === undefined ? [] : [readable(texts.get(arn))])),
      ],
      unread: managed.filter((arn) => texts.get(arn) === undefined),
    };
  });
};

const shown = (one: z.infer<typeof role>): RoleFacts => ({
  ...listed(one),
  boundaryArn: boundaryIn(one),
  tags: one.Tags.map(({ Key }) => Key),
});

/** A list of roles does not say which boundary and tags one has. */
const listed = ({ Arn, RoleName, AssumeRolePolicyDocument, MaxSessionDuration }: z.infer<typeof role>): RoleFacts => ({
  ...{ arn: Arn, name: RoleName },
  ...(AssumeRolePolicyDocument === undefined ? {} : { trust: readable(AssumeRolePolicyDocument) }),
  ...(MaxSessionDuration === undefined ? {} : { maxSessionSeconds: MaxSessionDuration }),
});

const boundaryIn = ({ PermissionsBoundary }: z.infer<typeof role>): string | null =>
  PermissionsBoundary?.PermissionsBoundaryArn ?? null;

/** The CLI decodes documents; other programs leave them URL-encoded, as IAM gives them. */
const readable = (document: unknown): unknown => {
  if (typeof document !== 'string') return document;
  try {
    return JSON.parse(decodeURIComponent(document));
  } catch {
    return undefined;
  }
};
