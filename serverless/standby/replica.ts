import {
  type Json,
  type Members,
  type Resource,
  type Template,
  changedMembers,
  eachOf,
  listOf,
  membersOf,
} from './template.ts';

/** What a standby's stage says of the one whose standby it is. */
export interface StandbyOf {
  readonly stage: string;
  readonly region: string;
  /** The stream of the ledger's copy in this region. */
  readonly ledgerStream: string;
  /** By logical id: `mrk-…`. */
  readonly keys: Readonly<Record<string, string>>;
}

/** The tables are the other stage's, by their names, and each key a copy of its own: what they sign nobody can tell apart. */
export const asReplica = (template: Template, stage: string, of: StandbyOf): Template => {
  const tables = new Map<string, string>();
  for (const [id, { Type, Properties }] of Object.entries(template.Resources))
    if (Type === 'AWS::DynamoDB::Table') tables.set(id, nameOf(Properties, stage, of.stage));
  const change = (part: Json): Json | undefined => referenceTo(tables, of.ledgerStream, part);
  const kept = Object.entries(template.Resources).filter(([id]) => !tables.has(id));
  return {
    ...template,
    Resources: eachOf({ Resources: Object.fromEntries(kept) }, (resource, id) => {
      const { Properties = {}, DependsOn } = resource;
      const here = {
        ...resource,
        Properties: changedMembers(Properties, change),
        ...(DependsOn === undefined ? {} : { DependsOn: withoutTables(DependsOn, tables) }),
      };
      return resource.Type === 'AWS::KMS::Key' ? replicaKey(here, of, id) : here;
    }),
    ...(template.Outputs ? { Outputs: changedMembers(template.Outputs, change) } : {}),
  };
};

const withoutTables = (dependsOn: Json, tables: ReadonlyMap<string, string>): Json =>
  typeof dependsOn === 'string'
    ? dependsOn
    : listOf(dependsOn).filter((id) => typeof id !== 'string' || !tables.has(id));

const nameOf = (properties: Members | undefined, stage: string, other: string): string => {
  const name = properties?.['TableName'];
  if (typeof name !== 'string') throw new TypeError('a table has a name');
  return name.replace(`hatcheck-${stage}-`, `hatcheck-${other}-`);
};

const arnOf = (name: string): string =>
  `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`;

const referenceTo = (tables: ReadonlyMap<string, string>, stream: string, part: Json): Json | undefined => {
  if (typeof part === 'string') {
    let text = part;
    for (const [id, name] of tables) text = text.replaceAll(`\${${id}.Arn}`, arnOf(name)).replaceAll(`\${${id}}`, name);
    return text;
  }
  const { Ref, 'Fn::GetAtt': attribute } = membersOf(part);
  if (typeof Ref === 'string' && tables.has(Ref)) return tables.get(Ref);
  const [id, name] = listOf(attribute);
  const table = typeof id === 'string' ? tables.get(id) : undefined;
  if (table === undefined) return undefined;
  return name === 'StreamArn' ? stream : { 'Fn::Sub': arnOf(table) };
};

const replicaKey = (resource: Resource, of: StandbyOf, id: string): Resource => {
  const key = of.keys[id];
  if (key === undefined) throw new Error(`standbyOf.keys has no ${id}`);
  const { Description = '', PendingWindowInDays = 30, KeyPolicy = {} } = resource.Properties ?? {};
  const PrimaryKeyArn = { 'Fn::Sub': `arn:\${AWS::Partition}:kms:${of.region}:\${AWS::AccountId}:key/${key}` };
  return {
    ...resource,
    Type: 'AWS::KMS::ReplicaKey',
    Properties: { Description, PendingWindowInDays, KeyPolicy, PrimaryKeyArn },
  };
};
