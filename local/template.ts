import { readFile } from 'node:fs/promises';
import type { Route } from './gateway/routes.ts';
import { holds, resolve } from './template/resolve.ts';
import { readEventSource, readFunction, readRole, readRoute, readTable } from './template/resources.ts';
import type {
  EventSourceResource,
  FunctionResource,
  Resolved,
  RoleResource,
  TableResource,
} from './template/resources.ts';
import { templateSchema, text } from './template/shape.ts';
import type { Scope, Settings } from './template/shape.ts';

export type { EventSourceResource, FunctionResource, RoleResource, TableResource } from './template/resources.ts';
export type { Settings } from './template/shape.ts';

/** What of a template runs on a laptop, every intrinsic function resolved. */
export interface LocalStack {
  readonly routes: readonly Route[];
  /** By function id. */
  readonly functions: Readonly<Record<string, FunctionResource>>;
  /** By logical id, as the tables. */
  readonly roles: Readonly<Record<string, RoleResource>>;
  readonly tables: Readonly<Record<string, TableResource>>;
  readonly eventSources: readonly EventSourceResource[];
  /** All resources of a type, for what has no field of its own here. */
  readonly resourcesOf: (type: string) => readonly Resolved[];
}

/**
 * Reads a compiled CloudFormation template (`.serverless/cloudformation-template-update-stack.json`). Handlers are
 * looked for under `serviceDir`. Throws an Error that names the place of whatever is not known here: better no start
 * than one that differs from what is deployed.
 */
export const readTemplateFile = async (path: string, settings: Settings, serviceDir: string): Promise<LocalStack> =>
  readTemplate(JSON.parse(await readFile(path, 'utf8')), settings, serviceDir);

/** As `readTemplateFile`, of a parsed template. */
export const readTemplate = (json: unknown, settings: Settings, serviceDir: string): LocalStack => {
  const scope: Scope = { template: templateSchema.parse(json), settings };
  const resourcesOf = (type: string) => resolvedOf(type, scope);
  const roles = resourcesOf('AWS::IAM::Role');
  const functions = resourcesOf('AWS::Lambda::Function').map((one) => readFunction(one, roles, serviceDir));
  const functionIdOf = functionIds(functions);
  const attached = [...resourcesOf('AWS::IAM::Policy'), ...resourcesOf('AWS::IAM::RolePolicy')];
  const integrations = resourcesOf('AWS::ApiGatewayV2::Integration');
  return {
    routes: resourcesOf('AWS::ApiGatewayV2::Route').map((one) => readRoute(one, integrations, functionIdOf)),
    functions: Object.fromEntries(functions.map((one) => [one.id, one])),
    roles: Object.fromEntries(roles.map((one) => [one.logicalId, readRole(one, attached)])),
    tables: Object.fromEntries(resourcesOf('AWS::DynamoDB::Table').map((one) => [one.logicalId, readTable(one)])),
    eventSources: resourcesOf('AWS::Lambda::EventSourceMapping').map((one) => readEventSource(one, functionIdOf)),
    resourcesOf,
  };
};

const resolvedOf = (type: string, scope: Scope): readonly Resolved[] =>
  Object.entries(scope.template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .filter(([id, { Condition }]) => Condition === undefined || holds(Condition, id, scope))
    .map(([logicalId, { Properties }]) => ({
      logicalId,
      properties: resolve(Properties, logicalId, scope),
      ref: () => text(resolve({ Ref: logicalId }, logicalId, scope), logicalId),
      attribute: (name) => text(resolve({ 'Fn::GetAtt': [logicalId, name] }, logicalId, scope), logicalId),
    }));

const functionIds = (functions: readonly FunctionResource[]): ((arn: string) => string) => {
  const ids = new Map(functions.map(({ arn, id }) => [arn, id]));
  if (new Set(ids.values()).size !== functions.length) throw new Error('two functions share the name of a bundle');
  return (arn) => {
    const id = ids.get(arn);
    if (id === undefined) throw new Error(`no function of this template has the ARN ${arn}`);
    return id;
  };
};
