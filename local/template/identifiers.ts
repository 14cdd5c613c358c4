import { createHash } from 'node:crypto';

/** What stands for the account, region and stack that a template would be deployed to. */
export interface PseudoParameters {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly stackName: string;
}

/** A resource whose identifiers are asked for; `property` resolves one of its properties when it is a string. */
export interface Named {
  readonly logicalId: string;
  readonly type: string;
  readonly property: (name: string) => string | undefined;
}

/** What `Ref` of a pseudo parameter gives, or undefined for a name that is none. */
export const pseudoParameter = (name: string, pseudo: PseudoParameters): string | undefined =>
  ({
    'AWS::AccountId': pseudo.accountId,
    'AWS::Region': pseudo.region,
    'AWS::Partition': pseudo.partition,
    'AWS::StackName': pseudo.stackName,
    'AWS::StackId': arn(pseudo, 'cloudformation', `stack/${pseudo.stackName}/${uuidOf(pseudo, 'stack')}`),
    'AWS::URLSuffix': urlSuffix(pseudo),
  })[name];

const urlSuffix = ({ partition }: PseudoParameters): string =>
  partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';

/** What `Ref` of a resource gives, as its type's page in the CloudFormation reference says; undefined if unknown. */
export const refOf = (resource: Named, pseudo: PseudoParameters): string | undefined => {
  const name = nameOf(resource, pseudo);
  switch (resource.type) {
    case 'AWS::SQS::Queue':
      return `https://sqs.${pseudo.region}.${urlSuffix(pseudo)}/${pseudo.accountId}/${name}`;
    case 'AWS::KMS::Key':
      return uuidOf(pseudo, resource.logicalId);
    case 'AWS::ApiGatewayV2::Api':
      return 'local';
    case 'AWS::ApiGatewayV2::Integration':
      return resource.logicalId;
    case 'AWS::SNS::Topic':
    case 'AWS::IAM::ManagedPolicy':
    case 'AWS::SecretsManager::Secret':
      return arnOf(resource, pseudo);
    default:
      return NAME_PROPERTY[resource.type] === undefined ? undefined : name;
  }
};

/** What `Fn::GetAtt` of a resource gives; undefined where this type or attribute is not known here. */
export const attributeOf = (resource: Named, attribute: string, pseudo: PseudoParameters): string | undefined => {
  const own = arnOf(resource, pseudo);
  switch (`${resource.type}.${attribute}`) {
    case 'AWS::DynamoDB::Table.StreamArn':
      return own && `${own}/stream/2026-01-01T00:00:00.000`;
    case 'AWS::Logs::LogGroup.Arn':
      return own && `${own}:*`;
    case 'AWS::SQS::Queue.QueueName':
      return nameOf(resource, pseudo);
    case 'AWS::SQS::Queue.QueueUrl':
      return refOf(resource, pseudo);
    case 'AWS::KMS::Key.KeyId':
      return uuidOf(pseudo, resource.logicalId);
    case 'AWS::SNS::Topic.TopicArn':
      return own;
    case 'AWS::ApiGatewayV2::Api.ApiId':
      return 'local';
    default:
      return attribute === 'Arn' ? own : undefined;
  }
};

/** The property that holds a resource's physical name, for the types whose names we need. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SSM::Parameter': 'Name',
  'AWS::CloudWatch::Alarm': 'AlarmName',
};

/** The given physical name, or one as CloudFormation would make it, without its random end. */
export const nameOf = (resource: Named, pseudo: PseudoParameters): string => {
  const given = resource.property(NAME_PROPERTY[resource.type] ?? '');
  if (given !== undefined) return given;
  const made = `${pseudo.stackName}-${resource.logicalId}`;
  return resource.type === 'AWS::S3::Bucket' ? made.toLowerCase() : made;
};

const arnOf = (resource: Named, pseudo: PseudoParameters): string | undefined => {
  const name = nameOf(resource, pseudo);
  const path = resource.property('Path') ?? '/';
  switch (resource.type) {
    case 'AWS::IAM::Role':
      return globalArn(pseudo, 'iam', pseudo.accountId, `role${path}${name}`);
    case 'AWS::IAM::ManagedPolicy':
      return globalArn(pseudo, 'iam', pseudo.accountId, `policy${path}${name}`);
    case 'AWS::S3::Bucket':
      return globalArn(pseudo, 's3', '', name);
    case 'AWS::Lambda::Function':
      return arn(pseudo, 'lambda', `function:${name}`);
    case 'AWS::DynamoDB::Table':
      return arn(pseudo, 'dynamodb', `table/${name}`);
    case 'AWS::SQS::Queue':
      return arn(pseudo, 'sqs', name);
    case 'AWS::SNS::Topic':
      return arn(pseudo, 'sns', name);
    case 'AWS::KMS::Key':
      return arn(pseudo, 'kms', `key/${uuidOf(pseudo, resource.logicalId)}`);
    case 'AWS::Logs::LogGroup':
      return arn(pseudo, 'logs', `log-group:${name}`);
    case 'AWS::Events::EventBus':
      return arn(pseudo, 'events', `event-bus/${name}`);
    case 'AWS::Scheduler::ScheduleGroup':
      return arn(pseudo, 'scheduler', `schedule-group/${name}`);
    case 'AWS::SecretsManager::Secret':
      return arn(pseudo, 'secretsmanager', `secret:${name}-${uuidOf(pseudo, resource.logicalId).slice(0, 6)}`);
    default:
      return undefined;
  }
};

const arn = (pseudo: PseudoParameters, service: string, rest: string): string =>
  `arn:${pseudo.partition}:${service}:${pseudo.region}:${pseudo.accountId}:${rest}`;

const globalArn = (pseudo: PseudoParameters, service: string, accountId: string, rest: string): string =>
  `arn:${pseudo.partition}:${service}::${accountId}:${rest}`;

/** A UUID that is the same at every start, so that what is kept between starts still belongs to it. */
const uuidOf = (pseudo: PseudoParameters, logicalId: string): string =>
  createHash('sha256')
    .update(`${pseudo.stackName}/${logicalId}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
