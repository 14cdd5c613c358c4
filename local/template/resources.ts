import { basename, join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Route } from '../gateway/routes.ts';

export interface FunctionResource {
  /** The name of its bundle: `on-ledger-event` for the handler `dist/on-ledger-event.handler`. */
  readonly id: string;
  readonly functionName: string;
  readonly arn: string;
  readonly handler: string;
  /** The bundle, under the service's directory. */
  readonly bundlePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleLogicalId: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
}

export interface RoleResource {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  readonly trustPolicy: unknown;
  /** Inline policies, those of separate policy resources among them. */
  readonly policies: readonly { readonly name: string; readonly document: unknown }[];
  readonly managedPolicyArns: readonly string[];
  readonly permissionsBoundary?: string;
  readonly maxSessionSeconds: number;
}

export interface TableResource {
  readonly arn: string;
  /** Present where the table has a stream. */
  readonly streamArn?: string;
  readonly createTable: CreateTableCommandInput;
  readonly ttlAttribute?: string;
  readonly resourcePolicy?: unknown;
}

export interface EventSourceResource {
  readonly functionId: string;
  /** The ARN of a table's stream or of a queue. */
  readonly sourceArn: string;
  readonly batchSize: number;
  /** What fails is left alone at some time; otherwise it is told again for as long as it is there. */
  readonly givesUp: boolean;
}

/** One resource of the template, its properties resolved. */
export interface Resolved {
  readonly logicalId: string;
  readonly properties: unknown;
  /** What `Ref` of it gives. Throws an Error where that is not known here. */
  readonly ref: () => string;
  /** What `Fn::GetAtt` of it gives. Throws likewise. */
  readonly attribute: (name: string) => string;
}

const functionSchema = z.object({
  Handler: z.string().regex(/^[\w./-]+\.\w+$/),
  FunctionName: z.string(),
  // 3 s and 128 MB are Lambda's own defaults.
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).default({ Variables: {} }),
  Role: z.string(),
});

/** Reads a function whose role is one of `roles`. Throws an Error when it is not, or the shape is wrong. */
export const readFunction = (resource: Resolved, roles: readonly Resolved[], serviceDir: string): FunctionResource => {
  const { Handler, FunctionName, Timeout, MemorySize, Environment, Role } = parse(functionSchema, resource);
  const role = roles.find(({ attribute }) => attribute('Arn') === Role);
  if (!role) throw new Error(`${resource.logicalId}: its role is not in this template`);
  const bundle = Handler.replace(/\.\w+$/, '');
  return {
    id: basename(bundle),
    functionName: FunctionName,
    arn: resource.attribute('Arn'),
    handler: Handler,
    bundlePath: join(serviceDir, `${bundle}.mjs`),
    environment: Environment.Variables,
    roleLogicalId: role.logicalId,
    timeoutSeconds: Timeout,
    memoryMb: MemorySize,
  };
};

const routeSchema = z.object({ RouteKey: z.string(), Target: z.string() });
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  PayloadFormatVersion: z.literal('2.0'),
  IntegrationUri: z.string(),
});

/** Reads a route whose integration is one of `integrations`. Throws an Error when it is not. */
export const readRoute = (
  resource: Resolved,
  integrations: readonly Resolved[],
  functionIdOf: (arn: string) => string,
): Route => {
  const { RouteKey, Target } = parse(routeSchema, resource);
  const integration = integrations.find(({ logicalId }) => Target === `integrations/${logicalId}`);
  if (!integration) throw new Error(`${resource.logicalId}: its integration is not in this template`);
  return { routeKey: RouteKey, functionId: functionIdOf(parse(integrationSchema, integration).IntegrationUri) };
};

const policySchema = z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() });
const roleSchema = z.object({
  AssumeRolePolicyDocument: z.unknown(),
  Path: z.string().default('/'),
  Policies: z.array(policySchema).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
  MaxSessionDuration: z.number().default(3600),
});
const attachedSchema = policySchema.extend({
  Roles: z.array(z.string()).default([]),
  RoleName: z.string().optional(),
});

/** Reads a role with its own policies and those that `attached` policy resources add to it. */
export const readRole = (resource: Resolved, attached: readonly Resolved[]): RoleResource => {
  const role = parse(roleSchema, resource);
  const name = resource.ref();
  const added = attached
    .map((policy) => parse(attachedSchema, policy))
    .filter(({ Roles, RoleName }) => Roles.includes(name) || RoleName === name);
  return {
    name,
    arn: resource.attribute('Arn'),
    path: role.Path,
    trustPolicy: role.AssumeRolePolicyDocument,
    policies: [...role.Policies, ...added].map((policy) => ({
      name: policy.PolicyName,
      document: policy.PolicyDocument,
    })),
    managedPolicyArns: role.ManagedPolicyArns,
    ...(role.PermissionsBoundary !== undefined && { permissionsBoundary: role.PermissionsBoundary }),
    maxSessionSeconds: role.MaxSessionDuration,
  };
};

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});
const tableSchema = z.object({
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  StreamSpecification: z
    .object({ StreamViewType: z.enum(['NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE', 'KEYS_ONLY']) })
    .optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.literal(true) }).optional(),
  ResourcePolicy: z.object({ PolicyDocument: z.unknown() }).optional(),
});

/** Reads a table, which must be billed by request: capacity units mean nothing on a laptop. */
export const readTable = (resource: Resolved): TableResource => {
  const table = parse(tableSchema, resource);
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode, StreamSpecification } = table;
  const createTable: CreateTableCommandInput = {
    TableName: resource.ref(),
    KeySchema,
    AttributeDefinitions,
    BillingMode,
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    ...(StreamSpecification && { StreamSpecification: { StreamEnabled: true, ...StreamSpecification } }),
  };
  return {
    arn: resource.attribute('Arn'),
    ...(StreamSpecification && { streamArn: resource.attribute('StreamArn') }),
    createTable,
    ...(table.TimeToLiveSpecification && { ttlAttribute: table.TimeToLiveSpecification.AttributeName }),
    ...(table.ResourcePolicy && { resourcePolicy: table.ResourcePolicy.PolicyDocument }),
  };
};

const eventSourceSchema = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number().default(10),
  // Without a limit unless it is said (CloudFormation reference, AWS::Lambda::EventSourceMapping).
  MaximumRetryAttempts: z.number().default(-1),
});

/** Reads what a function is called for besides HTTP: a table's stream or a queue. */
export const readEventSource = (resource: Resolved, functionIdOf: (arn: string) => string): EventSourceResource => {
  const { EventSourceArn, FunctionName, BatchSize, MaximumRetryAttempts } = parse(eventSourceSchema, resource);
  return {
    ...{ functionId: functionIdOf(FunctionName), sourceArn: EventSourceArn, batchSize: BatchSize },
    givesUp: MaximumRetryAttempts >= 0,
  };
};

const parse = <T>(schema: z.ZodType<T>, { logicalId, properties }: Resolved): T => {
  const result = schema.safeParse(properties);
  if (result.success) return result.data;
  throw new Error(`${logicalId}: ${z.prettifyError(result.error)}`);
};
