/** CloudFormation, as far as it is looked at here. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Members = Readonly<Record<string, Json>>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Members;
  readonly DependsOn?: Json;
  readonly Condition?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Members;
  readonly Conditions?: Members;
  readonly Outputs?: Members;
}

export const NOTHING: Json = { Ref: 'AWS::NoValue' };

export const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

export const membersOf = (value: Json | undefined): Members => (isMembers(value) ? value : {});

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !isList(value);

/** The value with each part of it changed that `change` has something else for, from the outermost on. */
export const changed = (value: Json, change: (part: Json) => Json | undefined): Json => {
  const other = change(value);
  if (other !== undefined) return other;
  if (isList(value)) return value.map((part) => changed(part, change));
  return isMembers(value) ? changedMembers(value, change) : value;
};

export const changedMembers = (value: Members, change: (part: Json) => Json | undefined): Members =>
  Object.fromEntries(Object.entries(value).map(([name, part]) => [name, changed(part, change)]));

export const eachOf = (
  { Resources }: Template,
  change: (resource: Resource, id: string) => Resource,
): Template['Resources'] =>
  Object.fromEntries(Object.entries(Resources).map(([id, resource]) => [id, change(resource, id)]));

export const withProperties = (resource: Resource, properties: Members): Resource => ({
  ...resource,
  Properties: { ...resource.Properties, ...properties },
});
