import {
  type Json,
  type Members,
  type Resource,
  type Template,
  changedMembers,
  eachOf,
  listOf,
  membersOf,
  withProperties,
} from './template.ts';

/** Where the copies of the tables are: this region, that of the standby, and of the ledger a third one in which nothing runs. */
export interface Copies {
  readonly here: string;
  readonly away: string;
  readonly witness: string;
}

/** A stack of which the tables and the keys are in a standby region too. */
export const withCopies = (template: Template, copies: Copies): Template => {
  const keys = Object.keys(template.Resources).filter((id) => template.Resources[id]?.Type === 'AWS::KMS::Key');
  return {
    ...template,
    Resources: eachOf(template, (resource) => {
      if (resource.Type === 'AWS::DynamoDB::Table') return globalTable(resource, copies);
      return resource.Type === 'AWS::KMS::Key' ? multiRegionKey(resource, copies) : resource;
    }),
    // What the standby's stage has to say of them.
    Outputs: { ...template.Outputs, ...Object.fromEntries(keys.map((id) => [`${id}Id`, { Value: { Ref: id } }])) },
  };
};

const OF_EACH_REPLICA = ['DeletionProtectionEnabled', 'PointInTimeRecoverySpecification', 'ResourcePolicy'];

/**
 * Strongly consistent over three regions: a put is done when two of them have it, and a condition is looked at in the newest version, wherever it was
 * written. Such a table has no TTL, so that the one with sessions follows within a second instead ("How DynamoDB global tables work").
 */
const globalTable = (resource: Resource, { here, away, witness }: Copies): Resource => {
  const entries = Object.entries(resource.Properties ?? {});
  const own = Object.fromEntries(entries.filter(([name]) => OF_EACH_REPLICA.includes(name)));
  const shared = Object.fromEntries(entries.filter(([name]) => !OF_EACH_REPLICA.includes(name)));
  const consistency: Members =
    'TimeToLiveSpecification' in shared
      ? { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }
      : { MultiRegionConsistency: 'STRONG', GlobalTableWitnesses: [{ Region: witness }] };
  return {
    ...resource,
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      ...shared,
      ...consistency,
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [here, away].map((Region) => ({ Region, ...inRegion(own, Region) })),
    },
  };
};

/** DynamoDB's own role replicates: to deny that it writes would end that ("DynamoDB global tables security"). */
const REPLICATION: Json = {
  'Fn::Sub':
    'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication',
};

/** The policy of a replica names the table of its own region, and not of the stack's. */
const inRegion = (own: Members, region: string): Members =>
  changedMembers(own, (part) => {
    if (typeof part === 'string') return part.replaceAll('${AWS::Region}', region);
    const { Statement, ...document } = membersOf(part);
    if (Statement === undefined) return undefined;
    return { ...document, Statement: listOf(Statement).map((each) => spared(inRegion(membersOf(each), region))) };
  });

const spared = (statement: Members): Members =>
  statement['Effect'] === 'Deny'
    ? { ...statement, Condition: { ArnNotEquals: { 'aws:PrincipalArn': REPLICATION } } }
    : statement;

const multiRegionKey = (resource: Resource, { away }: Copies): Resource => {
  const policy = membersOf(resource.Properties?.['KeyPolicy']);
  const account: Json = { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } };
  const replicate: Json = {
    ...{ Sid: 'ReplicateToTheStandby', Effect: 'Allow', Principal: account, Action: 'kms:ReplicateKey', Resource: '*' },
    Condition: { StringEquals: { 'kms:ReplicaRegion': away } },
  };
  return withProperties(resource, {
    MultiRegion: true,
    KeyPolicy: { ...policy, Statement: [...listOf(policy['Statement']), replicate] },
  });
};
